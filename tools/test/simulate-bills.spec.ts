import { describe, expect, it } from '@jest/globals';
import { compareBills, sumBills, type OwedByDriver, type SwarmBill } from '../src/swarm/bills.js';
import type { HomeTerms } from '../src/swarm/booked.js';
import type { OwnReading } from '../src/swarm/readings.js';
import { retailOf } from '../src/swarm/retail.js';

const owed = (changes: Partial<OwedByDriver> = {}): OwedByDriver => ({
  label: 'SWARM-1 plain session-1',
  cdrId: 'cdr-1',
  home: 'alabama-power',
  currency: 'USD',
  minor: 166n,
  ...changes,
});
const bill = (changes: Partial<SwarmBill> = {}): SwarmBill => ({
  home: 'alabama-power',
  billId: 'bill-1',
  currency: 'USD',
  totalMinor: 166n,
  lines: [{ sessionId: 'session-1', cdrId: 'cdr-1', totalMinor: 166n }],
  ...changes,
});
const line = (totalMinor: bigint, cdrId = 'cdr-1') => ({
  sessionId: 'session-1',
  cdrId,
  totalMinor,
});

describe('the drivers’ bills and what they owe', () => {
  it('agree, also where the bill has charges of others', () => {
    const both = bill({ totalMinor: 167n, lines: [line(166n), line(1n, 'of others')] });
    expect(compareBills([owed()], [both])).toEqual([]);
    expect(sumBills([owed()], [both])).toEqual([
      { currency: 'USD', owedMinor: 166n, billedMinor: 166n },
    ]);
  });

  it.each<[string, OwedByDriver[], SwarmBill[], RegExp]>([
    [
      'a cent',
      [owed()],
      [bill({ totalMinor: 167n, lines: [line(167n)] })],
      /SWARM-1 plain session-1: owed by retail 1\.66 USD, billed 1\.67 USD \(session session-1\)/,
    ],
    [
      'a cent, in sum',
      [owed()],
      [bill({ lines: [line(167n)] })],
      /owe 1\.66 USD by retail, billed 1\.67/,
    ],
    ['a charge on no bill', [owed()], [], /1\.66 USD, on no bill/],
    ['a charge on two bills', [owed()], [bill(), bill({ billId: 'bill-2' })], /on 2 bills/],
    ['another currency', [owed()], [bill({ currency: 'CAD' })], /billed 1\.66 CAD/],
    [
      'a total that is no sum',
      [owed()],
      [bill({ totalMinor: 165n })],
      /bill-1: its lines do not sum/,
    ],
  ])('%s is named with session and figure', (_what, owing, bills, expected) => {
    expect(compareBills(owing, bills).join('\n')).toMatch(expected);
  });
});

const terms = (changes: Partial<HomeTerms> = {}): HomeTerms => ({
  tariff: {
    country_code: 'US',
    party_id: 'ALA',
    id: 'retail',
    currency: 'USD',
    elements: [
      { price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }] },
      { price_components: [{ type: 'PARKING_TIME', price: '6.00', step_size: 60 }] },
    ],
    last_updated: '2026-11-01T00:00:00Z',
  },
  rounding: 'halfUp',
  fx: null,
  currency: 'USD',
  homeCurrency: 'USD',
  caps: {
    paymentMode: 'postPaid',
    moneyCap: { currency: 'USD', amount: '100.00' },
    energyCapKwh: '100',
  },
  ...changes,
});
const reading = (minute: string, meterWh: string): OwnReading => ({
  at: `2026-11-21T10:${minute}:00Z`,
  meterWh,
});
const CHARGE = [reading('00', '1000'), reading('20', '6000'), reading('30', '6000')];
const fx = {
  from: 'USD',
  to: 'CAD',
  rate: '1.37',
  source: 'test',
  at: '2026-11-01T00:00:00Z',
  notAfter: '2027-11-01T00:00:00Z',
} as HomeTerms['fx'];

describe('what a driver owes by what the station metered', () => {
  it.each<[string, readonly OwnReading[], Partial<HomeTerms>, string, bigint]>([
    // 5 kWh at 0.30 and ten minutes of parking at 6.00 an hour
    ['energy and parking', CHARGE, {}, 'USD', 250n],
    ['in any order', CHARGE.toReversed(), {}, 'USD', 250n],
    ['converted once, half up', CHARGE, { homeCurrency: 'CAD', fx }, 'CAD', 343n],
    [
      'never beyond a prepaid credit',
      CHARGE,
      {
        caps: {
          paymentMode: 'prepaid',
          moneyCap: { currency: 'USD', amount: '1.00' },
          energyCapKwh: '100',
        },
      },
      'USD',
      100n,
    ],
  ])('%s', (_what, readings, changes, currency, minor) => {
    const total = retailOf(readings, 'America/New_York', terms(changes));
    expect(total).toMatchObject({ currency, minor });
  });

  it('is not known without a rate', () => {
    const abroad = terms({ homeCurrency: 'CAD' });
    expect(() => retailOf(CHARGE, 'America/New_York', abroad)).toThrow('no rate from USD to CAD');
  });
});
