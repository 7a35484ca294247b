import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

/** a bound for a busy machine; nothing waits for it */
const TEST_BOUND_MS = 240_000;
const HOME = 'alabama-power';
const VISITED = 'duke-energy';
const STATION = 'DUKE-CLT-001';
const PREPAID = '84000195014000007713';
const GEORGIA = 'GEO-ATL-001';

/**
 * A home utility falls silent. Its drivers charge at Duke under the agreement's off-line rule, up to 30 kWh in
 * 72 hours, at a price that home signed before; at Georgia Power the agreement says no. When home is back it
 * re-rates what was charged, and pays for it once.
 */
describe('a home utility that does not answer', () => {
  let gateway: Gateway;
  const charged: string[] = [];
  let running = '';

  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
    // both prices are known from a visit before; home's token directory has come by then too
    await charge(gateway, { cin: GOLD, energyWh: 1_000, minutes: 10, endedMinutesAgo: 300 });
    await charge(gateway, {
      cin: ALABAMA_PLAIN,
      energyWh: 1_000,
      minutes: 10,
      startWh: 2_000,
      endedMinutesAgo: 280,
    });
    await gateway.until(
      async () => (await cdrs(HOME)).length === 2,
      'home has the CDRs of the visits before',
    );
    for (const mandate of list(
      (await gateway.api(HOME, 'GET', '/mandates?role=home')).body,
      'items',
    )) {
      await gateway.api(HOME, 'DELETE', `/mandates/${text(mandate, 'mandateId')}`);
    }
    await gateway.until(
      async () => (await active(VISITED)).length === 0,
      'visited holds no mandate any more',
    );
    await gateway.end();
    await gateway.boot([HOME]);
  }, 400_000);

  afterAll(async () => {
    await gateway.dispose();
  });

  const cdrs = async (utility: string): Promise<readonly unknown[]> =>
    list((await gateway.api(utility, 'GET', '/cdrs?limit=500')).body, 'items');

  const active = async (utility: string): Promise<readonly unknown[]> =>
    list((await gateway.api(utility, 'GET', '/mandates?state=active')).body, 'items');

  const swipe = (cin: string, stationId = STATION, medium = 'rfid'): Promise<Answer> =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId: 1, cin, medium });

  it(
    'lets its drivers charge where the agreement says so, at the price that it signed before',
    async () => {
      const {
        sessionId,
        swipe: quoted,
        stop,
      } = await charge(gateway, {
        cin: GOLD,
        startWh: 10_000,
        energyWh: 20_000,
        endedMinutesAgo: 120,
      });
      expect(quoted.body).toMatchObject({ decision: 'quoted', authorizedBy: 'offlineRule' });
      expect(at(quoted.body, 'quote.pricePerKwh')).toBe('0.2755');
      expect(at(stop.body, 'bill.totalInclTax')).toBe('5.90');
      charged.push(sessionId);
      await gateway.until(async () => {
        const session = await gateway.api(VISITED, 'GET', `/sessions/${sessionId}`);
        return (
          at(session.body, 'authorizedBy') === 'offlineRule' && at(session.body, 'homeCalls') === 1
        );
      }, 'the session says on whose word, and that home was asked once');
      await gateway.until(
        async () =>
          (await cdrs(VISITED)).some((cdr) => at(cdr, 'document.sessionId') === sessionId),
        'visited has the CDR',
      );
    },
    TEST_BOUND_MS,
  );

  it(
    'and no further than its caps, however often they come',
    async () => {
      const { sessionId, stop } = await charge(gateway, {
        cin: GOLD,
        startWh: 30_000,
        energyWh: 20_000,
        endedMinutesAgo: 20,
      });
      charged.push(sessionId);
      // 10 of the 30 kWh were left
      expect(at(stop.body, 'bill.lines.0.quantity')).toBe('10.000');
      expect((await swipe(GOLD)).body).toMatchObject({
        decision: 'refused',
        reason: 'credit_exhausted',
      });
    },
    TEST_BOUND_MS,
  );

  it.each([
    ['whose credit only home can reserve', PREPAID, STATION, 'rfid'],
    ['who shows a number that home alone can check', ALABAMA_PLAIN, STATION, 'dial'],
    ['where the agreement denies it', ALABAMA_PLAIN, GEORGIA, 'rfid'],
    ['whom home has blocked', '84000195011000078916', STATION, 'rfid'],
  ])('refuses a driver %s', async (_who, cin, stationId, medium) => {
    const { body } = await swipe(cin, stationId, medium);
    expect(at(body, 'decision')).toBe('refused');
    expect(['home_unreachable', 'credential_rejected']).toContain(at(body, 'reason'));
    expect(at(body, 'quote')).toBeUndefined();
  });

  it(
    'begins a charge that goes on when home is back',
    async () => {
      const post = (path: string, body: unknown): Promise<Answer> =>
        gateway.station(STATION, 'POST', path, body);
      const asked = { connectorId: 2, cin: ALABAMA_PLAIN, medium: 'rfid' };
      const quoted = await post('/swipes', asked);
      expect(quoted.body).toMatchObject({ decision: 'quoted', authorizedBy: 'offlineRule' });
      running = `/sessions/${text(quoted.body, 'sessionId')}`;
      await post(`${running}/consent`, { quoteHash: text(quoted.body, 'quote.hash') });
      const at = new Date(Date.now() - 10 * 60_000).toISOString();
      const started = await post(`${running}/start`, { meterWh: '1000', at, offline: true });
      expect(started.status).toBe(200);
    },
    TEST_BOUND_MS,
  );

  it(
    'reconciles when it is back: each charge once, and nothing beyond the caps',
    async () => {
      await gateway.end();
      await gateway.boot();
      await gateway.until(async () => {
        const received = await cdrs(HOME);
        return charged.every((sessionId) =>
          received.some(
            (cdr) => at(cdr, 'document.sessionId') === sessionId && at(cdr, 'state') === 'accepted',
          ),
        );
      }, 'home has accepted what was charged while it was silent');
      const [first, second] = await Promise.all(
        charged.map(async (sessionId) =>
          (await cdrs(HOME)).filter((cdr) => at(cdr, 'document.sessionId') === sessionId),
        ),
      );
      expect([first, second]).toMatchObject([
        [{ document: { authorizedBy: 'offlineRule', unbilledEnergyKwh: '0.000' } }],
        [{ document: { authorizedBy: 'offlineRule', unbilledEnergyKwh: '10.000' } }],
      ]);
      const next = await swipe(GOLD);
      expect(next.body).toMatchObject({ decision: 'quoted', authorizedBy: 'home' });
      expect([await breaches(VISITED), await breaches(HOME)]).toEqual([[], []]);
    },
    TEST_BOUND_MS,
  );

  it(
    'and counts what still runs against its driver’s limit, until it ends',
    async () => {
      const offline = async (state: string): Promise<boolean> =>
        list(
          (await gateway.api(HOME, 'GET', `/mandates?role=home&state=${state}`)).body,
          'items',
        ).some(
          (one) =>
            at(one, 'document.offline') !== undefined &&
            at(one, 'document.energyCapKwh') === '30.000',
        );
      await gateway.until(() => offline('active'), 'home knows under what its driver charges');
      const found = await gateway.api(HOME, 'POST', '/consumers/search', { cin: ALABAMA_PLAIN });
      const consumerId = text(found.body, 'items.0.consumerId');
      const limits = { limitEnergyKwh: '30', limitAmount: '100.00', maxConcurrentSessions: 2 };
      const changed = await gateway.api(HOME, 'PATCH', `/consumers/${consumerId}`, limits);
      expect(changed.status).toBe(200);
      const elsewhere = 'DUKE-RDU-002';
      expect((await swipe(ALABAMA_PLAIN, elsewhere)).body).toMatchObject({
        decision: 'refused',
        reason: 'credit_exhausted',
      });
      const stop = { meterWh: '3000', at: new Date().toISOString(), reason: 'driver' };
      const stopped = await gateway.station(STATION, 'POST', `${running}/stop`, {
        ...stop,
        offline: true,
      });
      expect(at(stopped.body, 'state')).toBe('ended');
      await gateway.until(
        async () => at((await swipe(ALABAMA_PLAIN, elsewhere)).body, 'decision') === 'quoted',
        'the limit is free again',
      );
      await gateway.until(async () => !(await offline('active')), 'the mandate is used up');
    },
    TEST_BOUND_MS,
  );

  async function breaches(utility: string): Promise<readonly unknown[]> {
    const started = await gateway.api(utility, 'POST', '/audit', {});
    const path = `/audit/${text(started.body, 'auditId')}`;
    let audit: Answer | undefined;
    await gateway.until(async () => {
      audit = await gateway.api(utility, 'GET', path);
      return at(audit.body, 'state') === 'done';
    }, `the audit of ${utility} is done`);
    return list(audit?.body, 'breaches');
  }
});
