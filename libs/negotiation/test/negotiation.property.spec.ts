import { describe, expect, it } from '@jest/globals';
import { formatPriceMicros, parsePriceMicros } from '@roamgrid/kernel';
import fc from 'fast-check';
import {
  checkTranscript,
  declarationOf,
  gainsOf,
  judge,
  positionsOf,
  scoresOf,
  type NegotiationPolicy,
  type NegotiationTerms,
  type Schedule,
} from '../src/index.js';
import { play, termsWith } from './terms.js';

const PRICE_UNIT = 10_000n;
const price = (units: number): string => formatPriceMicros(BigInt(units) * PRICE_UNIT);

interface Band {
  readonly visitedWeight: number;
  readonly homeWeight: number;
  readonly costUnits: number;
  readonly valueUnits: number;
  readonly defaultUnits: number;
}

interface Game {
  readonly terms: NegotiationTerms;
  readonly visited: NegotiationPolicy;
  readonly home: NegotiationPolicy;
  readonly bands: readonly Band[];
}

const weight = fc.integer({ min: 0, max: 10 });
/** prices in cents; floor 10, cap at most 24: small enough to look at every schedule */
const units = fc.integer({ min: 8, max: 26 });
const band: fc.Arbitrary<Band> = fc.record({
  visitedWeight: weight,
  homeWeight: weight,
  costUnits: fc.integer({ min: 5, max: 18 }),
  valueUnits: fc.integer({ min: 14, max: 30 }),
  defaultUnits: units,
});

const LOADS = ['low', 'normal', 'high'] as const;

const game: fc.Arbitrary<Game> = fc
  .record({
    bands: fc.array(band, { minLength: 1, maxLength: 3 }),
    span: fc.integer({ min: 0, max: 14 }),
    rounds: fc.integer({ min: 1, max: 12 }),
    patience: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    reservation: fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })),
  })
  .map(({ bands, span, rounds, patience, reservation }) => {
    const time = { startTime: '00:00', endTime: '00:00' };
    const named = bands.map((one, index) => ({ ...one, loadBand: LOADS[index] ?? 'normal' }));
    return {
      bands,
      terms: {
        ...termsWith({ cap: price(10 + span), step: '0.01', rounds }),
        defaultSchedule: named.map((one) => ({
          ...time,
          loadBand: one.loadBand,
          pricePerKwh: price(one.defaultUnits),
        })),
      },
      visited: {
        side: 'visited',
        traded: ['ENERGY'],
        patience: patience[0],
        reservationPerKwh: price(reservation[0]),
        bands: named.map((one) => ({
          ...time,
          loadBand: one.loadBand,
          weight: one.visitedWeight,
          costPerKwh: price(one.costUnits),
        })),
      },
      home: {
        side: 'home',
        traded: ['ENERGY'],
        patience: patience[1],
        reservationPerKwh: price(reservation[1]),
        bands: named.map((one) => ({
          ...time,
          loadBand: one.loadBand,
          weight: one.homeWeight,
          valuePerKwh: price(one.valueUnits),
        })),
      },
    };
  });

/** Gains over the default by the weights of the policies, in micro-units; grid of ten steps or more. */
function gains(game: Game, schedule: Schedule): { visited: bigint; home: bigint } {
  let [visited, home] = [0n, 0n];
  for (const [index, one] of game.bands.entries()) {
    const rise =
      parsePriceMicros(schedule[index]?.pricePerKwh ?? '0') -
      parsePriceMicros(game.terms.defaultSchedule[index]?.pricePerKwh ?? '0');
    visited += BigInt(one.visitedWeight) * rise;
    home -= BigInt(one.homeWeight) * rise;
  }
  return { visited, home };
}

function* everySchedule(game: Game, index = 0): Generator<Schedule> {
  const bandAt = game.terms.defaultSchedule[index];
  const limits = game.bands[index];
  if (bandAt === undefined || limits === undefined) {
    yield [];
    return;
  }
  const { priceFloorMicros: floor, priceCapMicros: cap, gridStepMicros: step } = game.terms;
  for (let at = floor; at <= cap; at += step) {
    const isWithinLimits =
      at >= BigInt(limits.costUnits) * PRICE_UNIT && at <= BigInt(limits.valueUnits) * PRICE_UNIT;
    if (!isWithinLimits) continue;
    for (const rest of everySchedule(game, index + 1)) {
      yield [{ ...bandAt, pricePerKwh: formatPriceMicros(at) }, ...rest];
    }
  }
}

/** A side rather has the default than a schedule below its reservation. */
function meetsReservations(game: Game, schedule: Schedule): boolean {
  let [visited, home] = [0n, 0n];
  const reservation = (policy: NegotiationPolicy): bigint =>
    parsePriceMicros(policy.reservationPerKwh);
  for (const [index, one] of game.bands.entries()) {
    const at = parsePriceMicros(schedule[index]?.pricePerKwh ?? '0');
    const margin = at - BigInt(one.costUnits) * PRICE_UNIT - reservation(game.visited);
    const saving = BigInt(one.valueUnits) * PRICE_UNIT - at - reservation(game.home);
    visited += BigInt(one.visitedWeight) * margin;
    home += BigInt(one.homeWeight) * saving;
  }
  return visited >= 0n && home >= 0n;
}

const runs = { numRuns: 150 };

describe('a negotiation', () => {
  it('ends within the rounds, by moves that keep to the protocol', () => {
    fc.assert(
      fc.property(game, (one) => {
        const transcript = play(one.terms, one);
        expect(transcript.length).toBeLessThanOrEqual(2 * one.terms.rounds);
        expect(judge(one.terms, transcript).isFinal).toBe(true);
        checkTranscript(one.terms, transcript);
      }),
      runs,
    );
  });

  it('comes to the same transcript from the same inputs', () => {
    fc.assert(
      fc.property(game, (one) => {
        expect(play(one.terms, one)).toEqual(play(one.terms, one));
      }),
      runs,
    );
  });

  it('agrees on prices between floor and cap, cost and value', () => {
    fc.assert(
      fc.property(game, (one) => {
        const { outcome, schedule } = judge(one.terms, play(one.terms, one));
        if (outcome !== 'agreed') return;
        for (const [index, { pricePerKwh }] of schedule.entries()) {
          const at = parsePriceMicros(pricePerKwh);
          expect(at).toBeGreaterThanOrEqual(one.terms.priceFloorMicros);
          expect(at).toBeLessThanOrEqual(one.terms.priceCapMicros);
          const limits = one.bands[index];
          expect(at).toBeGreaterThanOrEqual(BigInt(limits?.costUnits ?? 99) * PRICE_UNIT);
          expect(at).toBeLessThanOrEqual(BigInt(limits?.valueUnits ?? 0) * PRICE_UNIT);
        }
      }),
      runs,
    );
  });

  it('leaves neither side below the default by what it declared, on the coarsest grid', () => {
    fc.assert(
      fc.property(game, ({ terms, visited, home }) => {
        const transcript = play(terms, { visited, home });
        const { outcome, schedule } = judge(terms, transcript);
        const declared = {
          visited: declarationOf('visited', terms, transcript),
          home: declarationOf('home', terms, transcript),
        };
        const positions = positionsOf(terms, schedule);
        if (outcome !== 'agreed') return;
        if (declared.visited === null || declared.home === null || positions === null) {
          throw new Error('agreed without declarations');
        }
        const scores = scoresOf(declared.visited, declared.home, positions);
        const reached = gainsOf(terms, declared.visited, declared.home, scores);
        expect(reached.visited).toBeGreaterThanOrEqual(0n);
        expect(reached.home).toBeGreaterThanOrEqual(0n);
      }),
      runs,
    );
  });

  it('leaves neither side below the default, and no schedule that both would prefer', () => {
    const fineGrid = game.filter(
      ({ terms }) => terms.priceCapMicros - terms.priceFloorMicros >= 10n * PRICE_UNIT,
    );
    fc.assert(
      fc.property(fineGrid, (one) => {
        const transcript = play(one.terms, one);
        const { outcome, schedule } = judge(one.terms, transcript);
        const reached = outcome === 'agreed' ? gains(one, schedule) : { visited: 0n, home: 0n };
        expect(reached.visited).toBeGreaterThanOrEqual(0n);
        expect(reached.home).toBeGreaterThanOrEqual(0n);
        expect(outcome !== 'agreed' || meetsReservations(one, schedule)).toBe(true);
        const isRoundLimit = transcript.length === 2 * one.terms.rounds;
        if (outcome !== 'agreed' && isRoundLimit) return;
        for (const other of everySchedule(one)) {
          if (!meetsReservations(one, other)) continue;
          const better = gains(one, other);
          expect(better.visited > reached.visited && better.home > reached.home).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });
});
