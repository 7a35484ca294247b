import { describe, expect, it } from '@jest/globals';
import type { TariffDocument } from '@roamgrid/tariff';
import { rate, ratingInputOf } from '../src/index.js';

const tariff: TariffDocument = {
  country_code: 'US',
  party_id: 'DUK',
  id: 't',
  currency: 'USD',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }],
      restrictions: { start_time: '07:00', end_time: '22:00' },
    },
    { price_components: [{ type: 'ENERGY', price: '0.20', step_size: 1 }] },
    { price_components: [{ type: 'PARKING_TIME', price: '1.20', step_size: 1 }] },
  ],
  last_updated: '2026-11-01T00:00:00Z',
};
const utcOffsets = [{ from: '2026-11-21T11:30:00Z', offsetSeconds: -18_000 }];

/** 06:30 to 07:30 local time: half at night, half by day; then half an hour parked. */
const periods = [
  {
    startAt: '2026-11-21T11:30:00Z',
    endAt: '2026-11-21T12:30:00Z',
    energyWh: '10000.5',
    activity: 'charging' as const,
  },
  {
    startAt: '2026-11-21T12:30:00Z',
    endAt: '2026-11-21T13:00:00Z',
    energyWh: '0',
    activity: 'parking' as const,
  },
];

describe('a charge as documents carry it', () => {
  it('is read to the milliwatt-hour and split at the tariff', () => {
    const rating = rate(ratingInputOf(tariff, { periods, utcOffsets }, 'halfUp'));
    const lines = rating.lines.map((line) => [
      line.component,
      line.unitPriceMicros,
      line.quantity,
      line.amountMinor,
    ]);
    expect(lines).toEqual([
      // the step of 1 Wh makes 10 000.5 Wh to 10 001; the extra belongs to the last component
      ['ENERGY', 300_000n, 5_000_750n, 150n],
      ['ENERGY', 200_000n, 5_000_250n, 100n],
      ['PARKING_TIME', 1_200_000n, 1_800n, 60n],
    ]);
  });

  it.each([
    ['an instant that does not exist', { startAt: '2026-02-30T00:00:00Z' }, 'malformed_instant'],
    ['energy that is no decimal', { energyWh: '1e3' }, 'malformed_decimal'],
  ])('refuses %s', (_what, change, code) => {
    const broken = periods.map((period, index) =>
      index === 0 ? { ...period, ...change } : period,
    );
    expect(() => ratingInputOf(tariff, { periods: broken, utcOffsets }, 'halfUp')).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
