import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

const PREPAID = '84000195014000007713';

/** A station does not stop at the credit: the driver pays what was reserved, the rest is borne as agreed. */
describe('energy beyond a prepaid credit', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  it('is the visited utility’s where the agreement says so: its CDR does not charge it', async () => {
    const charged = await charge(gateway, {
      stationId: 'GEO-ATL-001',
      cin: PREPAID,
      energyWh: 40_000,
    });
    const unbilledKwh = Number(text(charged.stop.body, 'unbilledEnergyKwh'));
    expect(unbilledKwh).toBeGreaterThan(0);
    expect(Number(at(charged.stop.body, 'bill.totalInclTax'))).toBeLessThanOrEqual(10);
    await gateway.until(async () => {
      const session = await gateway.api('alabama-power', 'GET', `/sessions/${charged.sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home accepts the CDR');
    const session = await gateway.api('georgia-power', 'GET', `/sessions/${charged.sessionId}`);
    const cdr = await gateway.api('georgia-power', 'GET', `/cdrs/${text(session.body, 'cdrId')}`);
    expect(at(cdr.body, 'document.energyKwh')).toBe('40.000');
    expect(at(cdr.body, 'document.mandate.document.beyondCreditBorneBy')).toBe('visited');
    const ratedKwh = list(cdr.body, 'document.lines')
      .filter((line) => at(line, 'component') === 'ENERGY')
      .reduce<number>((sum, line) => sum + Number(at(line, 'quantity')), 0);
    expect(ratedKwh).toBeCloseTo(40 - unbilledKwh, 6);
    const home = await gateway.api('alabama-power', 'GET', `/cdrs/${text(session.body, 'cdrId')}`);
    expect(at(home.body, 'retail.totalInclTax')).toBe(at(charged.stop.body, 'bill.totalInclTax'));
  });
});
