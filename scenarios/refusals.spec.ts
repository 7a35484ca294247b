import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

/** Who may not charge is told why; what is malformed is refused as malformed; nothing else changes. */
describe('refusals at the station', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const swipe = (stationId: string, body: Record<string, unknown>) =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId: 1, medium: 'rfid', ...body });

  const cases: [string, string, Record<string, unknown>, string][] = [
    ['wrong check digits', 'DUKE-CLT-001', { cin: '84000195011000012375' }, 'cin_malformed'],
    ['letters', 'DUKE-CLT-001', { cin: '8400019501100001237A' }, 'cin_malformed'],
    ['too short', 'DUKE-CLT-001', { cin: '8400019501100001' }, 'cin_malformed'],
    ['unknown country', 'DUKE-CLT-001', { cin: '27600077013000000935' }, 'home_unknown'],
    ['unknown utility', 'DUKE-CLT-001', { cin: '84099999011000000117' }, 'home_unknown'],
    ['blocked', 'DUKE-CLT-001', { cin: '84000195011000078916' }, 'consumer_blocked'],
    ['no agreement', 'GEO-ATL-001', { cin: '12400001011000000782' }, 'no_agreement'],
    ['no agreement, other way', 'NOR-TOR-001', { cin: '84007140011000004236' }, 'no_agreement'],
    ['prepaid without money', 'DUKE-CLT-001', { cin: '84007140014000001127' }, 'credit_exhausted'],
    ['dialled without PIN', 'DUKE-CLT-001', { cin: GOLD, medium: 'dial' }, 'credential_rejected'],
    [
      'wrong PIN',
      'DUKE-CLT-001',
      { cin: GOLD, medium: 'dial', pin: '000000000000' },
      'credential_rejected',
    ],
  ];

  it.each(cases)('%s', async (_what, stationId, body, reason) => {
    const answer = await swipe(stationId, body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ decision: 'refused', reason });
    const start = await gateway.station(
      stationId,
      'POST',
      `/sessions/${text(answer.body, 'sessionId')}/start`,
      { meterWh: '1', at: new Date().toISOString() },
    );
    expect(start).toMatchObject({ status: 409, body: { code: 'session_refused' } });
  });

  it('takes the right PIN', async () => {
    const pin = gateway.credentials.pins['84000195011000045645'];
    const answer = await swipe('DUKE-CLT-001', {
      cin: '84000195011000045645',
      medium: 'dial',
      pin,
    });
    expect(answer.body).toMatchObject({ decision: 'quoted', authorizedBy: 'home' });
  });

  const malformed: [string, unknown, number][] = [
    ['no cin', {}, 400],
    ['a float connector', { cin: GOLD, connectorId: 1.5 }, 400],
    ['an unknown member', { cin: GOLD, isAdmin: true }, 400],
    ['an unknown medium', { cin: GOLD, medium: 'telepathy' }, 400],
    ['a connector the station lacks', { cin: GOLD, connectorId: 9 }, 422],
  ];
  it.each(malformed)('malformed: %s', async (_what, body, status) => {
    const answer = await swipe('DUKE-CLT-001', body as Record<string, unknown>);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.stringify(answer.body)).not.toContain(GOLD);
  });

  it('refuses a wrong password like an unknown station', async () => {
    const wrong = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {}, { password: 'no' });
    const unknown = await gateway.station('NOBODY', 'POST', '/swipes', {}, { password: 'no' });
    expect(wrong.status).toBe(401);
    for (const member of ['status', 'code', 'title', 'detail']) {
      expect(at(unknown.body, member)).toEqual(at(wrong.body, member));
    }
  });

  it('refuses a consent to another quote, and a start without consent', async () => {
    const quoted = await swipe('DUKE-CLT-001', { cin: GOLD });
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    const other = await gateway.station('DUKE-CLT-001', 'POST', `${path}/consent`, {
      quoteHash: '0'.repeat(64),
    });
    expect(other).toMatchObject({ status: 409, body: { code: 'quote_mismatch' } });
    const start = await gateway.station('DUKE-CLT-001', 'POST', `${path}/start`, {
      meterWh: '1',
      at: new Date().toISOString(),
    });
    expect(start).toMatchObject({ status: 409, body: { code: 'consent_missing' } });
    const foreign = await gateway.station('ALA-BHM-001', 'GET', path);
    expect(foreign.status).toBe(404);
  });

  it('gives one answer to one idempotency key', async () => {
    const body = { connectorId: 2, cin: GOLD, medium: 'rfid' };
    const options = { idempotencyKey: 'one-swipe' };
    const first = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', body, options);
    const second = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', body, options);
    expect(second.body).toEqual(first.body);
    const other = await gateway.station(
      'DUKE-CLT-001',
      'POST',
      '/swipes',
      { ...body, connectorId: 1 },
      options,
    );
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
  });

  it('sets nonsense aside: answered normally, visible, not rated', async () => {
    const falling = await charge(gateway, {
      stationId: 'ALA-BHM-001',
      cin: '84005416011000055516',
      startWh: 50_000,
      energyWh: -10_000,
    });
    expect(falling.stop.status).toBe(200);
    expect(at(falling.stop.body, 'bill')).toBeUndefined();
    await gateway.until(async () => {
      const suspense = await gateway.api('alabama-power', 'GET', '/suspense');
      return list(suspense.body, 'items').some(
        (item) =>
          at(item, 'sessionId') === falling.sessionId && at(item, 'code') === 'register_falls',
      );
    }, 'the charge is in suspense');
  });

  it('never shows one utility the objects of another', async () => {
    const foreign = await gateway.api('alabama-power', 'GET', '/sessions', undefined, {
      tokenOf: 'duke-energy',
    });
    expect(foreign.status).toBe(403);
    const none = await gateway.get('/duke-energy/api/v1/sessions');
    expect(none.status).toBe(401);
  });
});
