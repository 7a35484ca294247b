import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { decryptPin } from '@roamgrid/platform';
import {
  CIN,
  PASSWORD,
  quoted,
  startFixture,
  STATION,
  type RouterFixture,
} from './router-fixture.js';
import { eventReply } from './stand-in-aaa.js';

const SESSION = '01900000-0000-7000-8000-00000000000a';
const BASIC = `Basic ${Buffer.from(`${STATION}:${PASSWORD}`).toString('base64')}`;

let fixture: RouterFixture;

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function send(
  path: string,
  body?: string,
  headers: Record<string, string> = {},
  method = body === undefined ? 'GET' : 'POST',
): Promise<Reply> {
  const url = `http://127.0.0.1:${String(fixture.router.port)}${path}`;
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { authorization: BASIC, 'content-type': 'application/json', ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

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

describe('what is refused', () => {
  it.each([
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","admin":true}',
      400,
      'malformed_request',
      'admin',
    ],
    ['swipes', '{"connectorId":1,"medium":"rfid"}', 400, 'malformed_request', 'cin'],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","contractId":"2","medium":"rfid"}',
      400,
      'malformed_request',
      'cin',
    ],
    [
      'swipes',
      '{"connectorId":0,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    [
      'swipes',
      '{"connectorId":"1","cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    [
      'swipes',
      '{"connectorId":1.5,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      'connectorId',
    ],
    ['swipes', '{"connectorId":1,"cin":1,"medium":"rfid"}', 400, 'malformed_request', 'cin'],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"telepathy"}',
      400,
      'malformed_request',
      'medium',
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","requestedEnergyKwh":20.5}',
      400,
      'malformed_request',
      'requestedEnergyKwh',
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","requestedEnergyKwh":"-1"}',
      422,
      'unprocessable',
      undefined,
    ],
    [
      'swipes',
      '{"connectorId":1,"connectorId":1,"cin":"1","medium":"rfid"}',
      400,
      'malformed_request',
      undefined,
    ],
    ['swipes', '[]', 400, 'malformed_request', ''],
    ['swipes', 'null', 400, 'malformed_request', ''],
    ['swipes', '{"connectorId":', 400, 'malformed_request', undefined],
    ['swipes', '', 400, 'malformed_request', undefined],
    [
      'swipes',
      '{"connectorId":1,"cin":"\\u0000","medium":"rfid"}',
      400,
      'malformed_request',
      undefined,
    ],
    [
      'swipes',
      '{"connectorId":1,"cin":"1","medium":"rfid","__proto__":{}}',
      400,
      'malformed_request',
      '__proto__',
    ],
    [`sessions/${SESSION}/consent`, '{"quoteHash":"zz"}', 400, 'malformed_request', 'quoteHash'],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":1000.5,"at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":1e3,"at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1,5","at":"2026-01-01T10:00:00Z"}',
      400,
      'malformed_request',
      'meterWh',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1000","at":"2026-02-30T10:00:00Z"}',
      400,
      'malformed_request',
      'at',
    ],
    [
      `sessions/${SESSION}/start`,
      '{"meterWh":"1000","at":"yesterday"}',
      400,
      'malformed_request',
      'at',
    ],
    [`sessions/${SESSION}/start`, '{"meterWh":"1000"}', 400, 'malformed_request', 'at'],
    [`sessions/${SESSION}/meter-values`, '{"values":[]}', 400, 'malformed_request', 'values'],
    [
      `sessions/${SESSION}/meter-values`,
      '{"values":[{"at":"x","meterWh":"1"}]}',
      400,
      'malformed_request',
      'values.0.at',
    ],
    [
      `sessions/${SESSION}/stop`,
      '{"meterWh":"1","at":"2026-01-01T10:00:00Z","reason":"tired"}',
      400,
      'malformed_request',
      'reason',
    ],
    [
      'sessions/not-a-session/stop',
      '{"meterWh":"1","at":"2026-01-01T10:00:00Z","reason":"full"}',
      404,
      'not_found',
      undefined,
    ],
    ['nowhere', '{}', 404, 'not_found', undefined],
  ])('%s %s → %i %s', async (path, text, status, code, at) => {
    const reply = await send(`/station/v1/${path}`, text);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body['type']).toBe(`urn:roamgrid:error:${code}`);
    expect(typeof reply.body['traceId']).toBe('string');
    if (at !== undefined) expect(reply.body['errors']).toMatchObject([{ path: at }]);
    expect(fixture.duke.events).toHaveLength(0);
  });

  it('another content type', async () => {
    const reply = await send('/station/v1/swipes', '<x/>', { 'content-type': 'text/xml' });
    expect([reply.status, reply.body['code']]).toEqual([415, 'unsupported_media_type']);
  });

  it('is kept in the wire log all the same', async () => {
    await send('/station/v1/swipes', `{"cin":"${CIN}","pin":"9999"}`);
    expect(fixture.duke.frames).toHaveLength(1);
    expect(fixture.duke.frames[0]?.refusal).toEqual({ code: 'malformed_request', billing: false });
    expect(fixture.duke.frames[0]?.wire.raw).toBe('{"cin":"8400019501••••••••74","pin":"[pin]"}');
  });
});

describe('who asks', () => {
  it.each([
    ['nobody', ''],
    ['a wrong password', `Basic ${btoa(`${STATION}:wrong`)}`],
    ['an unknown station', `Basic ${btoa(`NOWHERE-001:${PASSWORD}`)}`],
    ['no station at all', `Basic ${btoa(`../etc:${PASSWORD}`)}`],
    ['another scheme', 'Bearer abc'],
    ['what is not base64', 'Basic %%%'],
  ])('%s → the same 401', async (_who, authorization) => {
    const { status, headers, body } = await send(`/station/v1/sessions/${SESSION}`, undefined, {
      authorization,
    });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="roamgrid"');
    expect(body).toMatchObject({
      code: 'unauthorized',
      detail: 'the station did not identify itself',
    });
  });

  it('credentials in the URL → 400', async () => {
    const { status } = await send(`/station/v1/sessions/${SESSION}?password=x`);
    expect(status).toBe(400);
  });

  it('twenty wrong passwords → 429 for a while that grows, but not for who is known', async () => {
    const wrong = { authorization: `Basic ${btoa('GUESSED-001:wrong')}` };
    const status = async (): Promise<number> =>
      (await send(`/station/v1/sessions/${SESSION}`, undefined, wrong)).status;
    for (let turn = 0; turn < 20; turn += 1) expect(await status()).toBe(401);
    expect(await status()).toBe(429);
    fixture.clock.offsetMs += 10_001;
    for (let turn = 0; turn < 20; turn += 1) expect(await status()).toBe(401);
    fixture.clock.offsetMs += 10_001;
    expect(await status()).toBe(429);
    fixture.clock.offsetMs += 10_001;
    expect(await status()).toBe(401);
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

describe('what is too much', () => {
  it('a body beyond 64 KiB → 413', async () => {
    const body = `{"connectorId":1,"cin":"${'9'.repeat(70_000)}","medium":"rfid"}`;
    const reply = await send('/station/v1/swipes', body);
    expect([reply.status, reply.body['code']]).toEqual([413, 'payload_too_large']);
  });

  it('ten thousand brackets → 400', async () => {
    const reply = await send('/station/v1/swipes', '['.repeat(10_000));
    expect([reply.status, reply.body['code']]).toEqual([400, 'malformed_request']);
    expect(fixture.duke.refusals).toEqual([{ code: 'malformed_request', billing: false }]);
  });
});
