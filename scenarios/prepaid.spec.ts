import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, text, type Answer } from './gateway.js';

const PREPAID = '84000195014000007713';

/** A prepaid driver is never billed beyond what was reserved, and gets the rest back. */
describe('a prepaid charge', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const balance = async (): Promise<string> => {
    const found = await gateway.api('alabama-power', 'POST', '/consumers/search', { cin: PREPAID });
    return text(found.body, 'items.0.balance.amount');
  };

  /** `[stationId, connectorId]` at three visited utilities and at home, in two tariffs of Duke Energy */
  const PLACES = [
    ['DUKE-CLT-001', 1],
    ['DUKE-CLT-001', 2],
    ['DUKE-RDU-002', 1],
    ['GEO-ATL-001', 1],
    ['ALA-BHM-001', 1],
  ] as const;

  const swipe = (stationId: string, connectorId: number): Promise<Answer> =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId, cin: PREPAID, medium: 'rfid' });

  const consent = (stationId: string, { body }: Answer): Promise<Answer> =>
    gateway.station(stationId, 'POST', `/sessions/${text(body, 'sessionId')}/consent`, {
      quoteHash: at(body, 'quote.hash'),
    });

  it('is quoted again and again: a quote alone takes no credit from the next', async () => {
    for (const [stationId, connectorId] of [...PLACES, ...PLACES]) {
      const swiped = await swipe(stationId, connectorId);
      expect([stationId, at(swiped.body, 'decision'), at(swiped.body, 'reason')]).toEqual([
        stationId,
        'quoted',
        undefined,
      ]);
    }
    expect(await balance()).toBe('10.00');
  });

  it('begins once, when the card is swiped everywhere at one moment', async () => {
    const swiped = await Promise.all(
      PLACES.map(async ([stationId, connectorId]) => ({
        stationId,
        answer: await swipe(stationId, connectorId),
      })),
    );
    const quoted = swiped.filter(({ answer }) => at(answer.body, 'decision') === 'quoted');
    expect(quoted.length).toBeGreaterThan(0);
    const consents = await Promise.all(
      quoted.map(async ({ stationId, answer }) => ({
        stationId,
        sessionId: text(answer.body, 'sessionId'),
        answer: await consent(stationId, answer),
      })),
    );
    const begun = consents.filter(({ answer }) => answer.status === 200);
    // the credit of 10.00 is one mandate's: whoever consented has all of it
    expect(begun).toHaveLength(1);
    const late = consents.filter(({ answer }) => answer.status !== 200);
    expect(late.map(({ answer }) => at(answer.body, 'code'))).toEqual(
      late.map(() => 'quote_expired'),
    );
    const [first] = begun;
    if (first === undefined) throw new Error('nobody may charge');
    const path = `/sessions/${first.sessionId}`;
    // long before the charges below, which may be at the same connector
    const hoursAgo = new Date(Date.now() - 5 * 3_600_000).toISOString();
    const step = { at: hoursAgo, meterWh: '500', offline: true };
    await gateway.station(first.stationId, 'POST', `${path}/start`, step);
    const refused = await swipe('GEO-ATL-001', 1);
    expect(at(refused.body, 'decision')).toBe('refused');
    await gateway.station(first.stationId, 'POST', `${path}/stop`, { ...step, reason: 'driver' });
    await gateway.until(
      async () => at((await swipe('DUKE-CLT-001', 1)).body, 'decision') === 'quoted',
      'what was reserved is free again',
    );
    expect(await balance()).toBe('10.00');
  });

  it('takes what was used and releases the rest', async () => {
    expect(await balance()).toBe('10.00');
    const charged = await charge(gateway, { cin: PREPAID, energyWh: 10_000 });
    expect(at(charged.stop.body, 'bill')).toMatchObject({
      totalExclTax: '2.90',
      tax: '0.20',
      totalInclTax: '3.10',
    });
    await gateway.until(async () => (await balance()) === '6.90', 'the rest is released');
  });

  it('stops at the credit and never bills beyond it', async () => {
    const charged = await charge(gateway, {
      cin: PREPAID,
      connectorId: 2,
      startWh: 90_000,
      energyWh: 40_000,
      minutes: 120,
    });
    expect(Number(at(charged.stop.body, 'bill.totalInclTax'))).toBeLessThanOrEqual(6.9);
    expect(Number(at(charged.stop.body, 'unbilledEnergyKwh'))).toBeGreaterThan(0);
    await gateway.until(async () => Number(await balance()) < 0.1, 'the balance is used up');
    const next = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 1,
      cin: PREPAID,
      medium: 'rfid',
    });
    expect(at(next.body, 'decision')).toMatch(/quoted|refused/);
  });

  it('leaves the books whole at every utility', async () => {
    for (const utility of ['alabama-power', 'duke-energy', 'georgia-power']) {
      const started = await gateway.api(utility, 'POST', '/audit', {});
      const auditId = text(started.body, 'auditId');
      await gateway.until(async () => {
        const audit = await gateway.api(utility, 'GET', `/audit/${auditId}`);
        return at(audit.body, 'state') === 'done';
      }, 'the audit is done');
      const audit = await gateway.api(utility, 'GET', `/audit/${auditId}`);
      expect([utility, at(audit.body, 'breaches')]).toEqual([utility, []]);
    }
  });
});
