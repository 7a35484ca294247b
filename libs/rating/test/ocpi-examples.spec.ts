import { describe, expect, it } from '@jest/globals';
import { formatDecimalShort, formatMoney, roundFraction, type Fraction } from '@roamgrid/kernel';
import { exactTotals } from '../src/index.js';
import { periodsOf, rateOf, tariffOf } from './sessions.js';

const exact = (value: Fraction): string =>
  formatDecimalShort(roundFraction(value, 12, 'halfUp'), 12, 2);

interface Example {
  readonly name: string;
  readonly tariff: string;
  readonly limits?: Record<string, unknown>;
  readonly start?: string;
  readonly session: string;
  /** exact totals without and with tax */
  readonly exclTax: string;
  readonly inclTax: string;
}

const MIN = { min_price: { excl_vat: '0.50', incl_vat: '0.55' } };
const MAX = { max_price: { excl_vat: '10', incl_vat: '11' } };
const START_AND_ENERGY = 'FLAT 0.50/20, ENERGY 0.25/10;1';
const COMPLEX = `
  FLAT 2.50/15
  TIME 1.00/20;900 | max_current=32
  TIME 2.00/20;600 | min_current=32 day_of_week=MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY
  TIME 1.25/20;600 | min_current=32 day_of_week=SATURDAY,SUNDAY
  PARKING_TIME 5.00/10;300 | start_time=09:00 end_time=18:00 day_of_week=MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY
  PARKING_TIME 6.00/10;300 | start_time=10:00 end_time=17:00 day_of_week=SATURDAY`;
const STEPS = `
  TIME 1.20;1800, PARKING_TIME 1.00;900 | start_time=00:00 end_time=17:00
  TIME 2.40;900, PARKING_TIME 1.00;900 | start_time=17:00 end_time=20:00
  TIME 2.40;900 | start_time=20:00 end_time=00:00`;
const RESERVED = `
  TIME 5.00/20;60 | reservation=RESERVATION
  ${START_AND_ENERGY}`;
const RESERVED_FEE = `
  FLAT 2.00/20, TIME 5.00/20;300 | reservation=RESERVATION
  ${START_AND_ENERGY}`;
const EXPIRE_FEE = `
  FLAT 4.00/20 | reservation=RESERVATION_EXPIRES
  TIME 2.00/20;600 | reservation=RESERVATION
  ${START_AND_ENERGY}`;
const EXPIRE_TIME = `
  TIME 3.00/20;600 | reservation=RESERVATION
  TIME 6.00/20;600 | reservation=RESERVATION_EXPIRES
  ${START_AND_ENERGY}`;
const LADDER = (vat: string) => `
  ENERGY 0${vat} | max_duration=1800
  ENERGY 0.25${vat} | max_duration=3600
  ENERGY 0.40${vat}`;

const row = (
  name: string,
  tariff: string,
  session: string,
  exclTax: string,
  inclTax: string,
  rest: Partial<Example> = {},
): Example => ({ name, tariff, session, exclTax, inclTax, ...rest });

/** 2026-06-08 is a Monday, 2026-06-13 a Saturday. Sessions start there at noon unless told. */
const EXAMPLES: readonly Example[] = [
  row('energy', 'ENERGY 0.25/10;1', '60 charge 20kWh', '5.00', '5.50'),
  row('start fee and energy', START_AND_ENERGY, '60 charge 20kWh', '5.50', '6.10'),
  row('above a minimum', 'ENERGY 0.25/10;1', '60 charge 20kWh', '5.00', '5.50', { limits: MIN }),
  row('below a minimum', 'ENERGY 0.25/10;1', '60 charge 1.9kWh', '0.50', '0.55', { limits: MIN }),
  row('above a maximum', START_AND_ENERGY, '60 charge 50kWh', '10.00', '11.00', { limits: MAX }),
  row('below a maximum', START_AND_ENERGY, '60 charge 30kWh', '8.00', '8.85', { limits: MAX }),
  row('time', 'TIME 2.00/10;60', '150 charge', '5.00', '5.50'),
  row('time only: parking is free', 'TIME 2.00/10;60', '150 charge, 42 park', '5.00', '5.50'),
  row(
    'time and parking',
    'TIME 3.00/10;60, PARKING_TIME 5.00/20;300',
    '150 charge, 42 park',
    '11.25',
    '12.75',
  ),
  row('time with odd tax', 'TIME 1.90/5.2;300', '150 charge', '4.75', '4.997'),
  row(
    'energy per 0.1 kWh: 20.45 is billed as 20.5, 5.125 + 0.5',
    'FLAT 0.50/20, ENERGY 0.25/10;100',
    '60 charge 20.45kWh',
    '5.625',
    '6.2375',
  ),
  row('complex, weekday', COMPLEX, '165 charge 11kWh 16A, 42 park', '9.00', '10.30', {
    start: '2026-06-08T09:30:00Z',
  }),
  // The 2.2.1 document prints 2.28 for 114 min at 1.25/h and so 12.28 / 13.861; but 114 × 1.25 / 60 = 2.375
  // (2.28 is 114 min at 1.20/h). Hence 2.50 + 2.375 + 7.50 = 12.375; 2.875 + 2.85 + 8.25 = 13.975.
  row('complex, Saturday', COMPLEX, '114 charge 20kWh 43A, 71 park', '12.375', '13.975', {
    start: '2026-06-13T13:30:00Z',
  }),
  row('reservation by the minute', RESERVED, '15 reserve, 60 charge 20kWh', '6.75', '7.60'),
  row('reservation with a fee', RESERVED_FEE, '13 reserve, 60 charge 20kWh', '8.75', '10.00'),
  row('reservation, used', EXPIRE_FEE, '22 reserve, 60 charge 20kWh', '6.50', '7.30'),
  row('reservation, expired with a fee', EXPIRE_FEE, '60 expire', '6.00', '7.20'),
  row('reservation by time, used', EXPIRE_TIME, '22 reserve, 60 charge 20kWh', '7.00', '7.90'),
  row('reservation by time, expired', EXPIRE_TIME, '90 expire', '9.00', '10.80'),
  row('steps: parking follows', STEPS, '10 charge, 2 park', '0.55', '0.55', {
    start: '2026-06-08T16:55:00Z',
  }),
  row('steps: 35 min become 45', STEPS, '35 charge', '1.30', '1.30', {
    start: '2026-06-08T16:35:00Z',
  }),
  // Parking is free from 20:00. 2.2.1 prints 0.80, with prices that its own tariff does not have; 2.3.0 prints
  // 0.73, rounding the 8 priced minutes alone. The rule beside the CDR object rounds the session's total of the
  // unit: 8 + 12 = 20 min → 30 min, and the 10 min go to the last priced line: 18 min × 1.00/h = 0.30; with
  // 12 min × 2.40/h = 0.48 that is 0.78.
  row('steps: parking turns free', STEPS, '12 charge, 20 park', '0.78', '0.78', {
    start: '2026-06-08T19:40:00Z',
  }),
  row('ladder by duration', LADDER(''), '30 charge 5kWh, 10 charge 1.2kWh', '0.30', '0.30'),
  row('ladder, taxed', LADDER('/20'), '30 charge 5kWh, 10 charge 1.2kWh', '0.30', '0.36'),
  // 21:39:09 to 23:37:32 are 7103 s, billed as 24 steps of 300 s.
  row('two hours in steps', 'TIME 2.00/10;300', `${String(7103 / 60)} charge`, '4.00', '4.40'),
  row('free of charge', 'FLAT 0.00', '60 charge 20kWh', '0.00', '0.00'),
];

describe('worked examples of the OCPI documents', () => {
  it.each(EXAMPLES)('$name', ({ tariff, limits, start, session, exclTax, inclTax }) => {
    const rating = rateOf(
      tariffOf(tariff, limits),
      periodsOf(start ?? '2026-06-08T12:00:00Z', session),
    );
    const totals = exactTotals(rating);
    expect([exact(totals.totalExclTax), exact(totals.totalInclTax)]).toEqual([exclTax, inclTax]);
  });
});

describe('the same, rounded line by line', () => {
  // 20.5 kWh × 0.25 = 5.125 → 5.13; tax 10 % of 5.13 = 0.513 → 0.51; 0.50 + 20 % = 0.60.
  it.each([
    ['FLAT 0.50/20, ENERGY 0.25/10;100', {}, '60 charge 20.45kWh', '5.63', '6.24'],
    ['ENERGY 0.25/10;1', MIN, '60 charge 1kWh', '0.50', '0.55'],
    [START_AND_ENERGY, MAX, '60 charge 50kWh', '10.00', '11.00'],
    ['TIME 1.90/5.2;300', {}, '150 charge', '4.75', '5.00'],
  ])('%s %o, %s: %s / %s', (tariff, limits, session, exclTax, inclTax) => {
    const rating = rateOf(tariffOf(tariff, limits), periodsOf('2026-06-08T12:00:00Z', session));
    const money = (minor: bigint): string => formatMoney({ currency: 'EUR', minor });
    expect([money(rating.totalExclTaxMinor), money(rating.totalInclTaxMinor)]).toEqual([
      exclTax,
      inclTax,
    ]);
  });
});
