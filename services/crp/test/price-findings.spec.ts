import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '@roamgrid/kernel';
import { rate } from '@roamgrid/rating';
import { DAYS_OF_WEEK, parseTariff, type TariffElementDocument } from '@roamgrid/tariff';
import { findUncovered } from '../src/decisions/find-uncovered.js';
import { skippedTimeOf } from '../src/decisions/local-days.js';
import { energyGapFindings, orderFindings } from '../src/decisions/price-findings.js';
import { axesWithin, type Days } from '../src/decisions/restriction-axes.js';
import { skippedHourFindings } from '../src/decisions/skipped-hours.js';
import { wholesaleTariff } from './documents.js';

const MS_PER_DAY = 86_400_000;
/** a Wednesday */
const FIRST = parseInstant('2026-03-04T00:00:00Z') / MS_PER_DAY;
const DAYS: Days = { first: FIRST, last: null };

type Restrictions = NonNullable<TariffElementDocument['restrictions']>;
const element = (
  type: 'ENERGY' | 'FLAT' | 'TIME',
  restrictions: Restrictions = {},
): TariffElementDocument => ({
  price_components: [{ type, price: '0.30', step_size: 1 }],
  restrictions,
});
const tariffOf = (...all: Restrictions[]) =>
  parseTariff(wholesaleTariff({ elements: all.map((one) => element('ENERGY', one)) }));

const WORKDAYS: Restrictions['day_of_week'] = [...DAYS_OF_WEEK].slice(0, 5);
const WEEKEND: Restrictions['day_of_week'] = [...DAYS_OF_WEEK].slice(5);
const NO_TUESDAY: Restrictions['day_of_week'] = DAYS_OF_WEEK.filter((day) => day !== 'TUESDAY');
const WEDNESDAY = 'on WEDNESDAY 2026-03-04 at 00:00';

const GAPS: [string, Restrictions[], string | null][] = [
  ['one price', [{}], null],
  [
    'day and night',
    [
      { start_time: '06:00', end_time: '22:00' },
      { start_time: '22:00', end_time: '06:00' },
    ],
    null,
  ],
  [
    'a minute missing',
    [
      { start_time: '03:02', end_time: '22:00' },
      { start_time: '22:00', end_time: '03:01' },
    ],
    'on WEDNESDAY 2026-03-04 at 03:01',
  ],
  [
    'a minute missing on Tuesdays',
    [{ day_of_week: NO_TUESDAY }, { start_time: '03:02' }, { end_time: '03:01' }],
    'on TUESDAY 2026-03-10 at 03:01',
  ],
  ['a day that ends at 23:59', [{ end_time: '23:59' }], 'on WEDNESDAY 2026-03-04 at 23:59'],
  ['no weekend', [{ day_of_week: WORKDAYS }], 'on SATURDAY 2026-03-07 at 00:00'],
  ['weekdays and the weekend', [{ day_of_week: WORKDAYS }, { day_of_week: WEEKEND }], null],
  ['nothing before 5 kWh', [{ min_kwh: '5' }], `${WEDNESDAY} after 0 kWh`],
  ['nothing after 20 kWh', [{ max_kwh: '20' }], `${WEDNESDAY} after 20 kWh`],
  [
    'nothing between 20 and 30 kWh',
    [{ max_kwh: '20' }, { min_kwh: '30' }],
    `${WEDNESDAY} after 20 kWh`,
  ],
  ['up to and from 20 kWh', [{ max_kwh: '20' }, { min_kwh: '20' }], null],
  ['nothing after an hour', [{ max_duration: 3600 }], `${WEDNESDAY} after 3600 s`],
  ['nothing before an hour', [{ min_duration: 3600 }], `${WEDNESDAY} after 0 s`],
  ['an hour and what follows', [{ max_duration: 3600 }, { min_duration: 3600 }], null],
  ['nothing from 50 kW on', [{ max_power: '50' }], `${WEDNESDAY} with 50 kW`],
  ['nothing below 7.4 kW', [{ min_power: '7.4' }], `${WEDNESDAY} with 0 kW`],
  ['nothing from 32 A on', [{ max_current: '32' }], `${WEDNESDAY} with 32 A`],
  [
    'by current and by power, neither all',
    [{ max_current: '32' }, { min_power: '50' }],
    `${WEDNESDAY} with 32 A with 0 kW`,
  ],
  ['summer only', [{ start_date: '2026-06-01', end_date: '2026-09-01' }], WEDNESDAY],
  ['no winter to come', [{ end_date: '2026-10-01' }], 'on THURSDAY 2026-10-01 at 00:00'],
  [
    'a season between',
    [{ end_date: '2026-06-01' }, { start_date: '2026-06-02' }],
    'on MONDAY 2026-06-01 at 00:00',
  ],
  [
    'a season without its weekend',
    [{ end_date: '2026-06-01' }, { start_date: '2026-06-01', day_of_week: WORKDAYS }],
    'on SATURDAY 2026-06-06 at 00:00',
  ],
  ['two seasons that meet', [{ end_date: '2026-06-01' }, { start_date: '2026-06-01' }], null],
  ['a season of last year', [{ start_date: '2025-06-01', end_date: '2025-09-01' }, {}], null],
  ['a gap in an exception only', [{ min_kwh: '5', max_kwh: '6' }, {}], null],
  [
    'a gap where two exceptions meet',
    [{ start_time: '06:00', max_kwh: '20' }, { end_time: '06:00' }],
    'on WEDNESDAY 2026-03-04 at 06:00 after 20 kWh',
  ],
];

describe('B120: energy without a price', () => {
  it.each(GAPS)('%s', (_, restrictions, expected) => {
    expect(energyGapFindings(tariffOf(...restrictions), DAYS)).toEqual(
      expected === null ? [] : [{ path: 'elements', message: `ENERGY has no price ${expected}` }],
    );
  });

  it('is found where only time or a session has a price', () => {
    for (const type of ['FLAT', 'TIME'] as const) {
      const tariff = parseTariff(wholesaleTariff({ elements: [element(type)] }));
      expect(energyGapFindings(tariff, DAYS)).toMatchObject([
        { message: `ENERGY has no price ${WEDNESDAY}` },
      ]);
    }
  });

  it('does not count where a reservation is priced', () => {
    const reserved = { ...element('TIME', { reservation: 'RESERVATION' }) };
    const tariff = parseTariff(wholesaleTariff({ elements: [reserved, element('ENERGY')] }));
    expect(energyGapFindings(tariff, DAYS)).toEqual([]);
  });

  it('is looked for no longer than the tariff holds', () => {
    const untilMay: Days = { first: FIRST, last: FIRST + 60 };
    expect(energyGapFindings(tariffOf({ end_date: '2026-10-01' }), untilMay)).toEqual([]);
  });

  it('is refused without an answer where the restrictions are too many', () => {
    const many = Array.from({ length: 60 }, (_, index): Restrictions => {
      const [low, high] = [String(index + 1), String(index + 2)];
      return (
        [
          { min_kwh: low, max_power: high },
          { max_kwh: high, min_current: low },
          { min_duration: index + 1, max_current: high },
          { max_duration: index + 2, min_power: low },
        ][index % 4] ?? {}
      );
    });
    const [finding] = energyGapFindings(tariffOf(...many), DAYS);
    expect(finding?.path).toBe('elements');
  });
});

const bound = <T>(value: T) => fc.option(fc.constant(value), { nil: undefined });
const restrictions: fc.Arbitrary<Restrictions> = fc.record(
  {
    start_time: fc.constantFrom('00:00', '06:00', '22:00'),
    end_time: fc.constantFrom('00:00', '09:00', '23:00'),
    day_of_week: fc.constantFrom(WORKDAYS, WEEKEND, NO_TUESDAY),
    min_kwh: fc.constantFrom('5', '10'),
    max_kwh: fc.constantFrom('12', '20'),
    min_duration: fc.constantFrom(600, 1800),
    max_duration: fc.constantFrom(2400, 3600),
    start_date: fc.constantFrom('2026-03-04', '2026-03-06'),
    end_date: fc.constantFrom('2026-03-08', '2026-03-12'),
    min_power: fc.constantFrom('7', '11'),
    max_power: fc.constantFrom('22', '50'),
  },
  { requiredKeys: [] },
);

describe('the search for an unpriced moment', () => {
  it('agrees with the rating engine: a found moment has no line, and without one every moment has', () => {
    fc.assert(
      fc.property(
        fc.array(restrictions, { minLength: 1, maxLength: 5 }),
        fc.record({
          day: fc.integer({ min: FIRST, max: FIRST + 12 }),
          second: fc.constantFrom(0, 21_600, 32_400, 79_200, 82_800),
          energy: fc.constantFrom(0n, 5_000_000n, 12_000_000n, 20_000_000n),
          duration: fc.constantFrom(0n, 600n, 1_800n, 2_400n, 3_600n),
          power: fc.constantFrom(0n, 7_000_000n, 11_000_000n, 22_000_000n, 50_000_000n),
        }),
        bound(FIRST + 9),
        (all, any, last) => {
          const tariff = tariffOf(...all);
          const days: Days = { first: FIRST, last: last ?? null };
          const by = tariff.elements.map((one) => one.restrictions);
          const moment = findUncovered({ axes: axesWithin(days), within: {}, by });
          const [day = 0n, second = 0n, energy = 0n, duration = 0n, , power = 0n] = moment ?? [
            BigInt(any.day),
            BigInt(any.second),
            any.energy,
            any.duration,
            0n,
            any.power,
          ];
          const startMs = Number(day) * MS_PER_DAY + Number(second) * 1_000;
          const before = {
            startMs: startMs - Number(duration) * 1_000,
            endMs: startMs,
            energyMilliWh: energy,
            activity: 'charging' as const,
          };
          const now = {
            startMs,
            endMs: startMs + 1_000,
            energyMilliWh: 1_000n,
            activity: 'charging' as const,
            minPowerMilliW: power,
            maxPowerMilliW: power,
          };
          const rating = rate({
            tariff,
            periods: [before, now],
            utcOffsets: [{ from: before.startMs, offsetSeconds: 0 }],
            rounding: 'halfUp',
            boundaries: 'asGiven',
          });
          const isPriced = rating.lines.some(({ evidence }) =>
            evidence.some(({ endMs }) => endMs === now.endMs),
          );
          const isAsked = days.last === null || Number(day) <= days.last;
          if (isAsked) expect(isPriced).toBe(moment === null);
        },
      ),
      { numRuns: 400 },
    );
  });
});

const ORDERS: [string, Restrictions[], string[]][] = [
  ['the exception first', [{ start_time: '22:00', end_time: '06:00' }, {}], []],
  [
    'three steps of duration, each in the next',
    [{ max_duration: 1800 }, { max_duration: 3600 }, {}],
    [],
  ],
  [
    'the exception last',
    [{}, { start_time: '22:00', end_time: '06:00' }],
    ['elements.1.price_components.0'],
  ],
  [
    'the same time twice',
    [{ start_time: '22:00', end_time: '06:00' }, { start_time: '22:00', end_time: '06:00' }, {}],
    ['elements.1.price_components.0'],
  ],
  [
    'two that together leave nothing',
    [{ max_kwh: '10' }, { min_kwh: '10' }, {}],
    ['elements.2.price_components.0'],
  ],
  [
    'times that overlap',
    [
      { start_time: '06:00', end_time: '22:00' },
      { start_time: '20:00', end_time: '08:00' },
    ],
    ['elements.1.restrictions.start_time'],
  ],
  [
    'energies that overlap',
    [{ max_kwh: '20' }, { min_kwh: '10' }],
    ['elements.1.restrictions.min_kwh'],
  ],
  [
    'durations that overlap',
    [{ max_duration: 3600 }, { min_duration: 1800 }],
    ['elements.1.restrictions.min_duration'],
  ],
  [
    'dates that overlap',
    [{ end_date: '2026-07-01' }, { start_date: '2026-06-01' }],
    ['elements.1.restrictions.start_date'],
  ],
  [
    'days that overlap',
    [{ day_of_week: WORKDAYS }, { day_of_week: NO_TUESDAY }],
    ['elements.1.restrictions.day_of_week'],
  ],
  [
    'two exceptions of other kinds',
    [{ day_of_week: WEEKEND }, { start_time: '22:00', end_time: '06:00' }, {}],
    [],
  ],
  ['a season that is over', [{ end_date: '2025-09-01' }, {}], []],
];

describe('B120: prices of which it is not clear which applies', () => {
  it.each(ORDERS)('%s', (_, all, expected) => {
    expect(orderFindings(tariffOf(...all), DAYS).map(({ path }) => path)).toEqual(expected);
  });
});

const SKIPPED: [string, Restrictions, boolean][] = [
  [
    '02:00–03:00 on the night clocks go forward',
    { start_date: '2026-03-08', end_date: '2026-03-09', start_time: '02:00', end_time: '03:00' },
    true,
  ],
  [
    '02:30–03:30 on that night',
    { start_date: '2026-03-08', end_date: '2026-03-09', start_time: '02:30', end_time: '03:30' },
    false,
  ],
  [
    '02:00–03:00 the night before',
    { start_date: '2026-03-07', end_date: '2026-03-08', start_time: '02:00', end_time: '03:00' },
    false,
  ],
  [
    '02:00–03:00 on Sundays of that week',
    {
      start_date: '2026-03-04',
      end_date: '2026-03-10',
      day_of_week: ['SUNDAY'],
      start_time: '02:00',
      end_time: '03:00',
    },
    true,
  ],
  ['02:00–03:00 every night', { start_time: '02:00', end_time: '03:00' }, false],
  [
    '01:00–02:00 on the night clocks go back',
    { start_date: '2026-11-01', end_date: '2026-11-02', start_time: '01:00', end_time: '02:00' },
    false,
  ],
];

describe('B120: an hour that does not exist', () => {
  it.each(SKIPPED)('%s', (_, one, isRefused) => {
    const findings = skippedHourFindings(tariffOf(one), (day) =>
      skippedTimeOf('America/New_York', day),
    );
    expect(findings.map(({ path }) => path)).toEqual(
      isRefused ? ['elements.0.restrictions.start_time'] : [],
    );
  });
});
