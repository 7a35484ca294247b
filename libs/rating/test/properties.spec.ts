import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  estimate,
  rate,
  rateUpTo,
  ratingToDocument,
  type MeteredPeriod,
  type RatingInput,
} from '../src/index.js';
import { inputOf, tariffOf } from './sessions.js';
import { parseTariff, type Tariff } from '@roamgrid/tariff';

const START_MS = Date.UTC(2026, 10, 1, 2, 0, 0);
const OFFSETS = [
  { from: START_MS - 1, offsetSeconds: -14_400 },
  { from: Date.UTC(2026, 10, 1, 6, 0, 0), offsetSeconds: -18_000 },
];

const price = fc.integer({ min: 0, max: 2_000_000 }).map((micros) => {
  const text = String(micros).padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
});

const component = (type: string) =>
  fc.record(
    {
      type: fc.constant(type),
      price,
      step_size: fc.constantFrom(1, 60, 300, 900),
      vat: fc.constantFrom('0', '5.2', '10', '20'),
    },
    { requiredKeys: ['type', 'price', 'step_size'] },
  );

const restrictions = fc.record(
  {
    start_time: fc.constantFrom('01:00', '01:30', '09:00', '22:00'),
    end_time: fc.constantFrom('00:00', '02:00', '06:00', '18:00'),
    day_of_week: fc.constantFrom(['SUNDAY'], ['MONDAY', 'SATURDAY']),
    min_kwh: fc.constantFrom('0', '3.5', '10'),
    max_kwh: fc.constantFrom('12', '20.000001'),
    min_duration: fc.constantFrom(0, 600, 5400),
    max_duration: fc.constantFrom(7200, 20_000),
  },
  { requiredKeys: [] },
);

const element = fc.record({
  price_components: fc
    .subarray(['ENERGY', 'FLAT', 'TIME', 'PARKING_TIME'], { minLength: 1 })
    .chain((types) => fc.tuple(...types.map(component))),
  restrictions,
});

const tariff: fc.Arbitrary<Tariff> = fc
  .array(element, { minLength: 1, maxLength: 4 })
  .map((elements) =>
    parseTariff({
      country_code: 'US',
      party_id: 'VUN',
      id: 'T1',
      currency: 'USD',
      last_updated: '2026-01-01T00:00:00Z',
      elements,
    }),
  );

/** Seconds and a whole number of mWh a second, so that a cut at a whole second cuts the energy exactly. */
const stretch = fc.record({
  seconds: fc.integer({ min: 2, max: 20_000 }),
  milliWhPerSecond: fc.integer({ min: 0, max: 6_000 }),
  gapSeconds: fc.constantFrom(0, 0, 0, 77),
});

function periodsFrom(
  stretches: readonly { seconds: number; milliWhPerSecond: number; gapSeconds: number }[],
) {
  let atMs = START_MS;
  return stretches.map(({ seconds, milliWhPerSecond, gapSeconds }): MeteredPeriod => {
    const startMs = atMs + gapSeconds * 1_000;
    atMs = startMs + seconds * 1_000;
    return {
      startMs,
      endMs: atMs,
      energyMilliWh: BigInt(seconds * milliWhPerSecond),
      activity: milliWhPerSecond === 0 ? 'parking' : 'charging',
    };
  });
}

const session = fc.array(stretch, { minLength: 1, maxLength: 6 }).map(periodsFrom);

const input = (rated: Tariff, periods: readonly MeteredPeriod[]): RatingInput =>
  inputOf(rated, periods, OFFSETS);

function cutInTwo(period: MeteredPeriod, share: number): MeteredPeriod[] {
  const seconds = (period.endMs - period.startMs) / 1_000;
  const first = Math.min(seconds - 1, Math.max(1, Math.floor(seconds * share)));
  const cutMs = period.startMs + first * 1_000;
  const energyMilliWh = (period.energyMilliWh * BigInt(first)) / BigInt(seconds);
  return [
    { ...period, endMs: cutMs, energyMilliWh },
    { ...period, startMs: cutMs, energyMilliWh: period.energyMilliWh - energyMilliWh },
  ];
}

describe('properties of rating', () => {
  it('a period cut in two changes nothing, the evidence included', () => {
    fc.assert(
      fc.property(
        tariff,
        session,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rated, periods, share) => {
          const cut = periods.flatMap((period) => cutInTwo(period, share));
          expect(rate(input(rated, cut))).toEqual(rate(input(rated, periods)));
        },
      ),
    );
  });

  it('lines and taxes add up, quantities are never negative, nothing metered is lost', () => {
    fc.assert(
      fc.property(tariff, session, (rated, periods) => {
        const rating = rate(input(rated, periods));
        const lines = rating.lines.reduce((sum, line) => sum + line.amountMinor, 0n);
        const taxes = rating.taxes.reduce((sum, tax) => sum + tax.amountMinor, 0n);
        expect([lines, lines + taxes]).toEqual([
          rating.totalExclTaxMinor,
          rating.totalInclTaxMinor,
        ]);
        for (const line of rating.lines) {
          expect(line.quantity > 0n && line.stepExtra >= 0n && line.amountMinor >= 0n).toBe(true);
          const evidence = line.evidence.reduce((sum, part) => sum + part.quantity, 0n);
          expect(evidence + line.stepExtra).toBe(line.quantity);
        }
        const metered = periods.reduce((sum, period) => sum + period.energyMilliWh, 0n);
        expect(rating.billedEnergyMilliWh >= metered).toBe(true);
      }),
    );
  });

  it('the same session gives the same bytes, from a tariff compiled again too', () => {
    fc.assert(
      fc.property(session, (periods) => {
        const bytes = (): string =>
          JSON.stringify(
            ratingToDocument(
              rate(
                input(
                  tariffOf('ENERGY 0.285/7.25, TIME 1.20 | end_time=02:00\nENERGY 0.31'),
                  periods,
                ),
              ),
            ),
          );
        expect(bytes()).toBe(bytes());
      }),
    );
  });

  it('more energy is never cheaper at constant power, where no element ends by quantity', () => {
    const plain = tariffOf('FLAT 0.50/20, ENERGY 0.285/10;100, TIME 1.20;300', {
      min_price: { excl_vat: '1', incl_vat: '1.2' },
      max_price: { excl_vat: '20', incl_vat: '24' },
    });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 80_000_000n }),
        fc.bigInt({ min: 0n, max: 5_000_000n }),
        (energyMilliWh, more) => {
          const total = (energy: bigint): bigint =>
            estimate(plain, {
              energyMilliWh: energy,
              startMs: START_MS,
              powerW: 11_000n,
              utcOffsets: OFFSETS,
              rounding: 'halfUp',
            }).totalInclTaxMinor;
          expect(total(energyMilliWh + more) >= total(energyMilliWh)).toBe(true);
        },
      ),
    );
  });

  it('never bills above a cap, and bills or leaves every milliwatt-hour', () => {
    fc.assert(
      fc.property(tariff, session, fc.bigInt({ min: 0n, max: 3_000n }), (rated, periods, cap) => {
        const whole = input(rated, periods);
        const capped = rateUpTo(whole, cap);
        expect(capped.rating.totalInclTaxMinor <= cap).toBe(true);
        expect(capped.complete).toBe(rate(whole).totalInclTaxMinor <= cap);
        expect(capped.unbilledEnergyMilliWh >= 0n).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
