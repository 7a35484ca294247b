import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const FLEET = '84000195013000032191';

/** A partner may owe so much: then it is warned about, then its drivers get no first visit till it pays. */
describe('exposure to a partner', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const exposure = async (): Promise<unknown> => {
    const { body } = await gateway.api(DUKE, 'GET', '/exposures');
    return list(body, 'items').find((item) => at(item, 'partner') === ALABAMA);
  };
  const reach = (state: string): Promise<void> =>
    gateway.until(async () => at(await exposure(), 'state') === state, `exposure is ${state}`);
  const limit = (warnAt: string | null, suspendAt: string | null): Promise<Answer> =>
    gateway.api(DUKE, 'POST', '/exposures', {
      partner: ALABAMA,
      currency: 'USD',
      warnAt,
      suspendAt,
    });
  const swipe = (cin: string): Promise<Answer> =>
    gateway.station('DUKE-RDU-002', 'POST', '/swipes', { connectorId: 1, cin, medium: 'rfid' });

  it('is warned about, and shown', async () => {
    const set = await limit('1.00', '15.00');
    expect([set.status, at(set.body, 'state')]).toEqual([201, 'within']);
    await charge(gateway, { cin: GOLD });
    await reach('warned');
    expect(await exposure()).toMatchObject({
      currency: 'USD',
      warnAt: '1.00',
      suspendAt: '15.00',
    });
  });

  it('suspends first visits; running sessions finish, and what home has granted before holds', async () => {
    const running = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 2,
      cin: FLEET,
      medium: 'rfid',
    });
    const path = `/sessions/${text(running.body, 'sessionId')}`;
    const post = (step: string, body: unknown): Promise<Answer> =>
      gateway.station('DUKE-CLT-001', 'POST', `${path}/${step}`, body);
    await post('consent', { quoteHash: text(running.body, 'quote.hash') });
    const now = (): string => new Date().toISOString();
    expect((await post('start', { meterWh: '0', at: now() })).status).toBe(200);

    await limit('1.00', '2.00');
    await reach('suspended');
    expect((await swipe(ALABAMA_PLAIN)).body).toMatchObject({
      decision: 'refused',
      reason: 'no_agreement',
    });
    // another partner's drivers, and our own, are no part of it
    expect((await swipe('84007140011000004236')).body).toMatchObject({ decision: 'quoted' });
    expect((await swipe('84005416011000055516')).body).toMatchObject({ decision: 'quoted' });
    // no more than the connector gives in the moment since the start
    const stop = { meterWh: '1', at: now(), reason: 'driver', stateOfChargePercent: 50 };
    expect(await post('stop', stop)).toMatchObject({ status: 200, body: { state: 'ended' } });
  });

  it('falls back when the partner has paid', async () => {
    const period = {
      partner: ALABAMA,
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    };
    const closed = await gateway.api(DUKE, 'POST', '/billing-periods', period);
    const invoiceId = text(closed.body, 'invoiceId');
    await gateway.until(async () => {
      const accepted = await gateway.api(ALABAMA, 'POST', `/invoices/${invoiceId}/accept`);
      return at(accepted.body, 'state') === 'accepted';
    }, 'home accepts the invoice');
    await gateway.until(async () => {
      const issued = await gateway.api(DUKE, 'GET', `/invoices/${invoiceId}`);
      return at(issued.body, 'state') === 'accepted';
    }, 'the visited utility knows it');
    const netted = await gateway.api(ALABAMA, 'POST', '/settlements', {
      partner: DUKE,
      currency: 'USD',
    });
    const settlementId = text(netted.body, 'settlementId');
    expect((await swipe(ALABAMA_PLAIN)).body).toMatchObject({ reason: 'no_agreement' });
    await gateway.api(ALABAMA, 'POST', `/settlements/${settlementId}/payments`);
    await reach('within');
    await gateway.until(
      async () => at((await swipe(ALABAMA_PLAIN)).body, 'decision') === 'quoted',
      'first visits are served again',
    );
    expect(at(await exposure(), 'exposure')).toBe('0.00');
  });

  it('refuses limits that make no sense', async () => {
    expect((await limit('3.00', '2.00')).status).toBe(422);
    expect((await limit('-1.00', null)).status).toBe(422);
    expect((await limit('x', null)).status).toBe(400);
    expect((await limit(null, null)).body).toMatchObject({ warnAt: null, state: 'within' });
  });
});
