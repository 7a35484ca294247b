import { describe, expect, it } from '@jest/globals';
import { priceCdr } from '../src/price-cdr.js';
import { resolveUtcOffsets } from '../src/price-offsets.js';
import { describePrice } from '../src/price-report.js';

type Json = Record<string, unknown>;

const component = (text: string): Json => {
  const [type, price, step, vat] = text.split(' ');
  return {
    type,
    price: Number(price),
    step_size: Number(step),
    ...(vat === undefined ? {} : { vat: Number(vat) }),
  };
};

const element = (components: string, restrictions?: Json): Json => ({
  price_components: components.split(', ').map(component),
  ...(restrictions === undefined ? {} : { restrictions }),
});

const tariff = (elements: Json[], rest: Json = {}): Json => ({
  country_code: 'DE',
  party_id: 'ALL',
  id: '14',
  currency: 'EUR',
  elements,
  last_updated: '2018-12-17T11:16:55Z',
  ...rest,
});

/** Periods as `start: TYPE volume, TYPE volume`, the last line the end. */
const cdr = (lines: string[], rest: Json = {}): Json => {
  const periods = lines.slice(0, -1).map((line) => {
    const [start = '', dimensions = ''] = line.split(': ');
    return {
      start_date_time: start,
      dimensions: dimensions.split(', ').map((dimension) => {
        const [type, volume] = dimension.split(' ');
        return { type, volume: Number(volume) };
      }),
    };
  });
  return {
    currency: 'EUR',
    start_date_time: periods[0]?.start_date_time,
    end_date_time: lines.at(-1),
    charging_periods: periods,
    ...rest,
  };
};

const price = (ofTariff: unknown, ofCdr: unknown, timeZone = 'UTC') =>
  priceCdr({ tariffText: JSON.stringify(ofTariff), cdrText: JSON.stringify(ofCdr), timeZone });

const totals = (...request: Parameters<typeof price>): string => {
  const { totalExclTax, totalInclTax } = price(...request);
  return `${totalExclTax} ${totalInclTax}`;
};

const START_AND_ENERGY = element('FLAT 0.50 1 20, ENERGY 0.25 1 10');
const HOUR = (dimensions: string): Json =>
  cdr([`2026-06-08T12:00:00Z: ${dimensions}`, '2026-06-08T14:30:00Z']);
const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'];
const COMPLEX = tariff([
  element('FLAT 2.50 1 15'),
  element('TIME 1.00 900 20', { max_current: 32.0 }),
  element('TIME 2.00 600 20', { min_current: 32.0, day_of_week: WEEKDAYS }),
  element('TIME 1.25 600 20', { min_current: 32.0, day_of_week: ['SATURDAY', 'SUNDAY'] }),
  element('PARKING_TIME 5.00 300 10', {
    start_time: '09:00',
    end_time: '18:00',
    day_of_week: WEEKDAYS,
  }),
  element('PARKING_TIME 6.00 300 10', {
    start_time: '10:00',
    end_time: '17:00',
    day_of_week: ['SATURDAY'],
  }),
]);
const STEPS = tariff([
  element('TIME 1.20 1800, PARKING_TIME 1.00 900', { start_time: '00:00', end_time: '17:00' }),
  element('TIME 2.40 900, PARKING_TIME 1.00 900', { start_time: '17:00', end_time: '20:00' }),
  element('TIME 2.40 900', { start_time: '20:00', end_time: '00:00' }),
]);
const EXPIRE_FEE = tariff([
  element('FLAT 4.00 1 20', { reservation: 'RESERVATION_EXPIRES' }),
  element('TIME 2.00 600 20', { reservation: 'RESERVATION' }),
  START_AND_ENERGY,
]);
const RESERVED = tariff([
  element('TIME 5.00 60 20', { reservation: 'RESERVATION' }),
  START_AND_ENERGY,
]);
const ENERGY_MIN = tariff([element('ENERGY 0.25 1 10')], {
  min_price: { excl_vat: 0.5, incl_vat: 0.55 },
});
const MAX = tariff([START_AND_ENERGY], { max_price: { excl_vat: 10.0, incl_vat: 11.0 } });
const LADDER = (vat: string): Json =>
  tariff([
    element(`ENERGY 0 1${vat}`, { max_duration: 1800 }),
    element(`ENERGY 0.25 1${vat}`, { max_duration: 3600 }),
    element(`ENERGY 0.40 1${vat}`),
  ]);
const LADDER_CDR = cdr([
  '2026-06-08T12:00:00Z: ENERGY 5, TIME 0.5',
  '2026-06-08T12:30:00Z: ENERGY 1.2, TIME 0.1667',
  '2026-06-08T12:40:00Z',
]);

describe('the worked examples of OCPI 2.2.1, as CDRs', () => {
  it.each([
    ['energy', tariff([element('ENERGY 0.25 1 10')]), HOUR('ENERGY 20'), '5.00 5.50'],
    ['start fee', tariff([START_AND_ENERGY]), HOUR('ENERGY 20'), '5.50 6.10'],
    ['minimum not reached', ENERGY_MIN, HOUR('ENERGY 1.5'), '0.50 0.55'],
    ['minimum passed', ENERGY_MIN, HOUR('ENERGY 20'), '5.00 5.50'],
    ['maximum passed', MAX, HOUR('ENERGY 50'), '10.00 11.00'],
    ['maximum not reached', MAX, HOUR('ENERGY 30'), '8.00 8.85'],
    ['time', tariff([element('TIME 2.00 60 10')]), HOUR('TIME 2.5'), '5.00 5.50'],
    ['odd tax', tariff([element('TIME 1.90 300 5.2')]), HOUR('TIME 2.5'), '4.75 4.997'],
    [
      'complex, a Monday',
      COMPLEX,
      cdr([
        '2026-06-08T09:30:00Z: TIME 2.75, MAX_CURRENT 16, MIN_CURRENT 6',
        '2026-06-08T12:15:00Z: PARKING_TIME 0.7',
        '2026-06-08T12:57:00Z',
      ]),
      '9.00 10.30',
    ],
    [
      'reservation',
      RESERVED,
      cdr([
        '2026-06-08T12:00:00Z: RESERVATION_TIME 0.25',
        '2026-06-08T12:15:00Z: ENERGY 20, TIME 1',
        '2026-06-08T13:15:00Z',
      ]),
      '6.75 7.60',
    ],
    [
      'reservation in the period of the charge',
      RESERVED,
      HOUR('RESERVATION_TIME 0.25, ENERGY 20'),
      '6.75 7.60',
    ],
    [
      'reservation, used',
      EXPIRE_FEE,
      cdr([
        '2026-06-08T12:00:00Z: RESERVATION_TIME 0.3667',
        '2026-06-08T12:22:00Z: ENERGY 20',
        '2026-06-08T13:22:00Z',
      ]),
      '6.50 7.30',
    ],
    [
      'reservation, expired',
      EXPIRE_FEE,
      cdr(['2026-06-08T12:00:00Z: RESERVATION_TIME 1', '2026-06-08T13:00:00Z']),
      '6.00 7.20',
    ],
    [
      'steps',
      STEPS,
      cdr([
        '2026-06-08T16:55:00Z: TIME 0.0833',
        '2026-06-08T17:00:00Z: TIME 0.0833',
        '2026-06-08T17:05:00Z: PARKING_TIME 0.0333',
        '2026-06-08T17:07:00Z',
      ]),
      '0.55 0.55',
    ],
    ['ladder', LADDER(''), LADDER_CDR, '0.30 0.30'],
    ['ladder, taxed', LADDER(' 20'), LADDER_CDR, '0.30 0.36'],
    [
      'the CDR example',
      tariff([element('TIME 2.00 300 10')]),
      cdr(['2015-06-29T21:39:09Z: TIME 1.973', '2015-06-29T23:37:32Z']),
      '4.00 4.40',
    ],
  ])('%s', (_name, ofTariff, ofCdr, expected) => {
    expect(totals(ofTariff, ofCdr)).toBe(expected);
  });
});

describe('the report', () => {
  it('has exact figures, and rounds the exact total alone', () => {
    const report = price(
      tariff([element('ENERGY 0.2853 1 7.25, TIME 1.00 1')]),
      cdr(['2026-06-08T12:00:00Z: ENERGY 10.001, TIME 0.3333', '2026-06-08T12:20:00Z']),
    );
    // 2.8532853 + 1200 s / 3600; 2.8532853 × 1.0725 = 3.06014848425.
    expect(report).toMatchObject({
      currency: 'EUR',
      billedEnergyKwh: '10.001',
      billedTimeSeconds: 1200,
      totalExclTax: '3.1866186333',
      totalInclTax: '3.3934818176',
      rounded: { totalExclTax: '3.19', totalInclTax: '3.39' },
      lines: [
        { component: 'ENERGY', amount: '2.8532853', amountInclTax: '3.06014848425' },
        { component: 'TIME', quantitySeconds: '1200', amount: '0.3333333333' },
      ],
    });
  });

  it('shows what a limit changed as a line of its own', () => {
    expect(price(MAX, HOUR('ENERGY 50')).lines.at(-1)).toEqual({
      description: 'Maximum price',
      component: 'MAX_PRICE',
      element: -1,
      quantity: '1',
      unit: 'session',
      unitPrice: '10.00',
      amount: '-3.00',
      amountInclTax: '-3.35',
    });
  });

  it('keeps digits that a float would lose', () => {
    const text = '{"type":"ENERGY","price":0.1000000000000000000,"step_size":1}';
    const tariffText = JSON.stringify(tariff([element('ENERGY 7 1')])).replace(
      '{"type":"ENERGY","price":7,"step_size":1}',
      text,
    );
    const cdrText = JSON.stringify(HOUR('ENERGY 3'));
    expect(priceCdr({ tariffText, cdrText, timeZone: 'UTC' }).totalExclTax).toBe('0.30');
  });

  it('can be read by people', () => {
    const text = describePrice(price(tariff([START_AND_ENERGY]), HOUR('ENERGY 20')));
    expect(text).toMatch(/Session fee +1 session +at 0\.50 +0\.50 +0\.60/);
    expect(text).toMatch(/Total, EUR +5\.50 +6\.10/);
  });
});

describe('local time', () => {
  const nights = tariff([
    element('ENERGY 1 1', { start_time: '01:00', end_time: '02:00' }),
    element('ENERGY 0.1 1'),
  ]);

  it.each([
    // 2026-11-01: 01:00–02:00 in New York is 05:00Z–07:00Z, for the clock goes back at 06:00Z.
    ['America/New_York', '2026-11-01T04:59:59Z', '1.00 1.00'],
    ['America/New_York', '2026-11-01T05:00:00Z', '10.00 10.00'],
    ['America/New_York', '2026-11-01T06:59:59Z', '10.00 10.00'],
    ['America/New_York', '2026-11-01T07:00:00Z', '1.00 1.00'],
    ['America/Chicago', '2026-11-01T06:30:00Z', '10.00 10.00'],
    ['UTC', '2026-11-01T01:30:00Z', '10.00 10.00'],
  ])('%s %s', (timeZone, start, expected) => {
    const session = cdr([`${start}: ENERGY 10`, '2026-11-01T09:00:00Z']);
    expect(totals(nights, session, timeZone)).toBe(expected);
  });

  it('is resolved to offsets, changes found to the second', () => {
    const at = (text: string): number => Date.parse(text);
    const [from, until] = [at('2026-10-30T00:00:00Z'), at('2026-11-03T00:00:00Z')];
    expect(resolveUtcOffsets('America/Toronto', from, until)).toEqual([
      { from, offsetSeconds: -14_400 },
      { from: at('2026-11-01T06:00:00Z'), offsetSeconds: -18_000 },
    ]);
    expect(resolveUtcOffsets('UTC', from, until)).toEqual([{ from, offsetSeconds: 0 }]);
  });
});

describe('bad input', () => {
  const fine = tariff([START_AND_ENERGY]);
  const session = HOUR('ENERGY 20');
  it.each([
    ['tariff without elements', tariff([]), session, 'UTC', 'tariff: elements'],
    ['negative price', tariff([element('ENERGY -1 1')]), session, 'UTC', 'must not be negative'],
    ['other currency', fine, { ...session, currency: 'USD' }, 'UTC', 'the CDR is in USD'],
    [
      'tariff of the past',
      { ...fine, end_date_time: '2026-01-01T00:00:00Z' },
      session,
      'UTC',
      'not valid when the session starts',
    ],
    [
      'a restriction that nobody knows',
      tariff([element('ENERGY 1 1', { moon: 'full' })]),
      session,
      'UTC',
      'moon',
    ],
    ['no such zone', fine, session, 'Mars/Olympus', 'no such time zone'],
    ['no periods', fine, { ...session, charging_periods: [] }, 'UTC', 'charging_periods'],
    ['no instant', fine, { ...session, end_date_time: 'noon' }, 'UTC', 'end_date_time'],
    ['reversed', fine, { ...session, end_date_time: '2026-06-08T11:00:00Z' }, 'UTC', 'lies before'],
    ['negative volume', fine, HOUR('ENERGY -1'), 'UTC', 'must not be negative'],
    ['dimension twice', fine, HOUR('ENERGY 1, ENERGY 2'), 'UTC', 'stands twice'],
    ['no object', fine, [], 'UTC', 'expected an object'],
  ])('%s', (_name, ofTariff, ofCdr, timeZone, message) => {
    expect(() => price(ofTariff, ofCdr, timeZone)).toThrow(message);
  });

  it('that is not JSON', () => {
    const request = { tariffText: '{', cdrText: '{}', timeZone: 'UTC' };
    expect(() => priceCdr(request)).toThrow('the tariff is not JSON');
  });

  it('that goes down 200,000 levels', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(() => priceCdr({ tariffText: deep, cdrText: '{}', timeZone: 'UTC' })).toThrow(
      'the tariff is nested too deeply',
    );
    const tariffText = JSON.stringify(fine);
    expect(() => priceCdr({ tariffText, cdrText: deep, timeZone: 'UTC' })).toThrow(
      'the CDR is nested too deeply',
    );
  });
});
