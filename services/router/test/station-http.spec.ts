import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { decryptPin } from '@roamgrid/platform';
import { CIN, quoted, startFixture, type RouterFixture } from './router-fixture.js';
import { eventReply } from './stand-in-aaa.js';
import { httpStation, type Reply, SESSION } from './http-station.js';

let fixture: RouterFixture;

const send = httpStation(() => fixture);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.stop();
});
beforeEach(() => {
  fixture.duke.forget();
});

describe('a swipe', () => {
  const swipe = `{"connectorId":1,"cin":"8400 0195 0110 0001 2374","medium":"rfid"}`;

  it('reaches the station’s own utility and comes back as a quote', async () => {
    fixture.duke.onSwipe = quoted;
    const { status, body } = await send('/station/v1/swipes', swipe);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      decision: 'quoted',
      authorizedBy: 'home',
      homeUtility: 'alabama-power',
      visitedUtility: 'duke-energy',
      quote: {
        currency: 'USD',
        pricePerKwh: '0.28',
        tier: 'Gold',
        tierDiscountPercent: '10',
        estimate: { totalInclTax: '6.02' },
        hash: 'ab'.repeat(32),
      },
    });
    expect(body).not.toHaveProperty('reason');
    expect(body['quote']).not.toHaveProperty('estimateHome');
    expect(fixture.duke.swipes[0]).toMatchObject({
      sessionId: body['sessionId'],
      identity: {
        outcome: 'read',
        homeUtility: 'alabama-power',
        identity: { kind: 'cin', value: CIN },
      },
      assurance: 'claimed',
      connectorId: 1,
      pin: null,
    });
    expect(fixture.alabama.swipes).toHaveLength(0);
  });

  it('keeps neither the CIN nor the PIN in what is stored, and seals the PIN to home', async () => {
    fixture.duke.onSwipe = quoted;
    await send(
      '/station/v1/swipes',
      `{"connectorId":1,"cin":"${CIN}","medium":"dial","pin":"1234"}`,
    );
    const [request] = fixture.duke.swipes;
    expect(request?.assurance).toBe('knowledge');
    expect(request?.wire.raw).toBe(
      '{"connectorId":1,"cin":"8400019501••••••••74","medium":"dial","pin":"[pin]"}',
    );
    expect(await decryptPin(request?.pin ?? '', fixture.pinKey)).toBe('1234');
  });

  it.each([
    ['"cin":"84000195011000012375"', 'wrong check digits'],
    ['"cin":"8400019501"', 'too short'],
    ['"cin":""', 'nothing'],
    ['"cin":"84OOO195O11OOOO12374"', 'letters'],
    ['"contractId":"nonsense"', 'no contract id'],
  ])('%s is asked of aaa as malformed (%s)', async (identity) => {
    const body = `{"connectorId":1,${identity},"medium":"rfid"}`;
    expect((await send('/station/v1/swipes', body)).status).toBe(201);
    expect(fixture.duke.swipes[0]?.identity).toEqual({ outcome: 'malformed' });
  });

  it('passes on why it was refused', async () => {
    fixture.duke.onSwipe = (request) => ({
      ...quoted(request),
      decision: 'refused',
      reason: 'no_agreement',
      authorizedBy: null,
      quote: null,
    });
    const { status, body } = await send('/station/v1/swipes', swipe);
    expect([status, body['decision'], body['reason']]).toEqual([201, 'refused', 'no_agreement']);
    expect(body).not.toHaveProperty('quote');
  });

  it('passes on the Idempotency-Key, and aaa’s own error', async () => {
    fixture.duke.onSwipe = () => {
      throw new RoamgridError('idempotency_conflict', 'another body');
    };
    const { status, body } = await send('/station/v1/swipes', swipe, { 'idempotency-key': 'k1' });
    expect([status, body['code']]).toEqual([409, 'idempotency_conflict']);
    expect(fixture.duke.swipes[0]?.idempotencyKey).toBe('k1');
  });
});

describe('a session', () => {
  const at = '2026-01-01T10:00:00Z';

  it('consents by the quote’s hash', async () => {
    const quoteHash = 'cd'.repeat(32);
    const { status, body } = await send(
      `/station/v1/sessions/${SESSION}/consent`,
      JSON.stringify({ quoteHash }),
    );
    expect([status, body]).toEqual([200, { state: 'consented' }]);
    expect(fixture.duke.consents[0]).toMatchObject({ sessionId: SESSION, quoteHash });
  });

  it('starts once however often it is told, and keeps every digit', async () => {
    const text = `{"meterWh":9007199254740993,"at":"${at}","meterSerial":"M1"}`;
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, body } = await send(`/station/v1/sessions/${SESSION}/start`, text);
      expect([status, body]).toEqual([200, { state: 'charging' }]);
    }
    const [first, second] = fixture.duke.events;
    expect(first).toMatchObject({
      step: 'started',
      sessionId: SESSION,
      offline: false,
      meterSerial: 'M1',
      readings: [{ at, meterWh: '9007199254740993' }],
    });
    expect(second?.naturalKey).toBe(first?.naturalKey);
    expect(first?.naturalKey).toBe(`http:${SESSION}:started:${first?.payloadHash ?? ''}`);
  });

  it('tells the running cost, and when to stop', async () => {
    fixture.duke.onEvent = (event) =>
      eventReply(event, {
        energyKwh: '1.000',
        runningCost: { currency: 'USD', totalInclTax: '0.30' },
        stop: 'credit_exhausted',
      });
    const values = [{ at, meterWh: '2000', powerW: 7200, stateOfChargePercent: '40' }];
    const { status, body } = await send(
      `/station/v1/sessions/${SESSION}/meter-values`,
      JSON.stringify({ values, offline: true }),
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      state: 'charging',
      energyKwh: '1.000',
      runningCost: { currency: 'USD', totalInclTax: '0.30' },
      stop: 'credit_exhausted',
    });
    expect(fixture.duke.events[0]).toMatchObject({
      step: 'updated',
      offline: true,
      readings: [{ at, meterWh: '2000', powerW: '7200', stateOfChargePercent: '40' }],
    });
  });

  it('stops with a bill, and without one where nothing could be rated', async () => {
    const line = {
      description: 'Energy',
      component: 'ENERGY' as const,
      quantity: '20.000',
      unit: 'kWh' as const,
      unitPrice: '0.28',
      amount: '5.60',
      evidence: ['not for stations'],
    };
    const bill = {
      currency: 'USD' as const,
      lines: [line],
      taxes: [],
      totalExclTax: '5.60',
      tax: '0.42',
      totalInclTax: '6.02',
      unbilledEnergyKwh: '0.000',
    };
    const text = JSON.stringify({ meterWh: '21000', at, reason: 'full' });
    fixture.duke.onEvent = (event) => eventReply(event, { message: 'Thank you.', bill });
    const rated = await send(`/station/v1/sessions/${SESSION}/stop`, text);
    expect(rated.status).toBe(200);
    expect(rated.body).toEqual({
      state: 'ended',
      message: 'Thank you.',
      bill: {
        currency: 'USD',
        lines: [
          {
            description: 'Energy',
            component: 'ENERGY',
            quantity: '20.000',
            unit: 'kWh',
            unitPrice: '0.28',
            amount: '5.60',
          },
        ],
        totalExclTax: '5.60',
        tax: '0.42',
        totalInclTax: '6.02',
      },
    });
    fixture.duke.onEvent = (event) => eventReply(event, { message: 'The bill follows.' });
    const held = await send(`/station/v1/sessions/${SESSION}/stop`, text);
    expect(held.body).toEqual({ state: 'ended', message: 'The bill follows.' });
  });

  it.each([
    ['consent_missing', 409],
    ['session_refused', 409],
    ['not_found', 404],
    ['peer_unreachable', 503],
  ] as const)('aaa’s %s becomes a problem with status %i', async (code, status) => {
    fixture.duke.onEvent = () => {
      throw new RoamgridError(code, 'as aaa says');
    };
    const reply = await send(
      `/station/v1/sessions/${SESSION}/start`,
      JSON.stringify({ meterWh: '1', at }),
    );
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('refuses one Idempotency-Key for two contents', async () => {
    fixture.duke.onEvent = (event) => eventReply(event);
    const start = (meterWh: string): Promise<Reply> =>
      send(`/station/v1/sessions/${SESSION}/start`, JSON.stringify({ meterWh, at }), {
        'idempotency-key': 'start-1',
      });
    expect([(await start('1')).status, (await start('1')).status]).toEqual([200, 200]);
    const other = await start('2');
    expect([other.status, other.body['code']]).toEqual([409, 'idempotency_conflict']);
  });

  it('is read as its own station may see it', async () => {
    fixture.duke.onRead = (request) => ({
      sessionId: request.sessionId,
      state: 'charging',
      connectorId: 1,
      homeUtility: 'alabama-power',
      visitedUtility: 'duke-energy',
      message: '',
      energyKwh: null,
      runningCost: null,
      quoteHash: null,
    });
    const { status, body } = await send(`/station/v1/sessions/${SESSION}`);
    expect([status, body['state']]).toEqual([200, 'charging']);
  });
});
