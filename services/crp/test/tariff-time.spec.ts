import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';
import { rate } from '@roamgrid/rating';
import { parseTariff } from '@roamgrid/tariff';
import { wholesaleTariff } from './documents.js';

/** by the hour: 1 at night before 02:00 and from 03:00, 2 between, 4 by day; each local minute has one price */
const TARIFF = parseTariff(
  wholesaleTariff({
    elements: [
      {
        price_components: [{ type: 'TIME', price: '2.00', step_size: 1 }],
        restrictions: { start_time: '02:00', end_time: '03:00' },
      },
      {
        price_components: [{ type: 'TIME', price: '4.00', step_size: 1 }],
        restrictions: { start_time: '06:00', end_time: '22:00' },
      },
      { price_components: [{ type: 'TIME', price: '1.00', step_size: 1 }] },
    ],
  }),
);

/** Hours charged at each price, from one instant to another. */
function hoursByPrice(zone: string, start: string, end: string): Record<string, number> {
  const [startMs, endMs] = [parseInstant(start), parseInstant(end)];
  const { lines } = rate({
    tariff: TARIFF,
    periods: [{ startMs, endMs, energyMilliWh: 8_000_000n, activity: 'charging' }],
    utcOffsets: resolveUtcOffsets(zone, startMs, endMs).map(({ from, offsetSeconds }) => ({
      from: parseInstant(from),
      offsetSeconds,
    })),
    rounding: 'halfUp',
    boundaries: 'splitAtTariffBoundaries',
  });
  return Object.fromEntries(
    lines.map(({ unitPriceMicros, quantity }) => [
      String(unitPriceMicros / 1_000_000n),
      Number(quantity) / 3_600,
    ]),
  );
}

/** From local midnight to 08:00 by the clock on the wall. */
const NIGHTS: [string, string, string, string, Record<string, number>][] = [
  [
    'New York, an ordinary night',
    'America/New_York',
    '2026-06-08T04:00:00Z',
    '2026-06-08T12:00:00Z',
    { 1: 5, 2: 1, 4: 2 },
  ],
  [
    'New York, clocks go forward',
    'America/New_York',
    '2026-03-08T05:00:00Z',
    '2026-03-08T12:00:00Z',
    { 1: 5, 4: 2 },
  ],
  [
    'Chicago, clocks go forward',
    'America/Chicago',
    '2026-03-08T06:00:00Z',
    '2026-03-08T13:00:00Z',
    { 1: 5, 4: 2 },
  ],
  [
    'Toronto, clocks go forward',
    'America/Toronto',
    '2026-03-08T05:00:00Z',
    '2026-03-08T12:00:00Z',
    { 1: 5, 4: 2 },
  ],
  [
    'New York, clocks go back: 01:00–02:00 twice',
    'America/New_York',
    '2026-11-01T04:00:00Z',
    '2026-11-01T13:00:00Z',
    { 1: 6, 2: 1, 4: 2 },
  ],
  [
    'Chicago, clocks go back',
    'America/Chicago',
    '2026-11-01T05:00:00Z',
    '2026-11-01T14:00:00Z',
    { 1: 6, 2: 1, 4: 2 },
  ],
  [
    'Toronto, clocks go back',
    'America/Toronto',
    '2026-11-01T04:00:00Z',
    '2026-11-01T13:00:00Z',
    { 1: 6, 2: 1, 4: 2 },
  ],
  [
    'Berlin, clocks go back: 02:00–03:00 twice',
    'Europe/Berlin',
    '2026-10-24T22:00:00Z',
    '2026-10-25T07:00:00Z',
    { 1: 5, 2: 2, 4: 2 },
  ],
  [
    'over midnight, day, night, day',
    'America/New_York',
    '2026-06-09T01:00:00Z',
    '2026-06-09T11:00:00Z',
    { 4: 2, 1: 7, 2: 1 },
  ],
];

describe('tariff windows by the clock on the wall', () => {
  it.each(NIGHTS)('%s', (_, zone, start, end, expected) => {
    expect(hoursByPrice(zone, start, end)).toEqual(expected);
  });
});
