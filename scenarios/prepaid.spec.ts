import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, text } from './gateway.js';

const PREPAID = '84000195014000007713';

/** A prepaid driver is never billed beyond what was reserved, and gets the rest back. */
describe('a prepaid charge', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  }, 90_000);

  afterAll(async () => {
    await gateway.dispose();
  }, 30_000);

  const balance = async (): Promise<string> => {
    const found = await gateway.api('alabama-power', 'POST', '/consumers/search', { cin: PREPAID });
    return text(found.body, 'items.0.balance.amount');
  };

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
});
