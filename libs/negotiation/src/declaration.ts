import { positionsOf, scheduleAt, stepCount, weightScale, type NegotiationTerms } from './grid.js';
import { LIMITS_ROUND, sideOf, WEIGHTS_ROUND, type Transcript } from './moves.js';
import type { Side } from './policy.js';
import type { Schedule } from './schedule.js';

/** What a side's first two offers say of it; per band of the default schedule. */
export interface Declaration {
  /** whole numbers from 0 to the grid's scale: how much a step of this band's price matters */
  readonly weights: readonly number[];
  /** visited: the lowest position it takes; home: the highest it gives */
  readonly limits: readonly number[];
}

/**
 * An opening that asks the more of a band the more it weighs: the cap (for home the floor) where the
 * weight is greatest, and one step less for each unit of weight less. So the opening declares the
 * weights and nothing else, whatever the default is. It cannot be accepted.
 */
export function weightsSchedule(
  side: Side,
  terms: NegotiationTerms,
  weights: readonly number[],
): Schedule {
  const [scale, top] = [weightScale(terms), stepCount(terms)];
  const positions = weights.map((weight) =>
    side === 'visited' ? top - (scale - weight) : scale - weight,
  );
  return scheduleAt(terms, positions);
}

/** Null where the opening declares a weight outside the scale. */
export function weightsOf(
  side: Side,
  terms: NegotiationTerms,
  schedule: Schedule,
): number[] | null {
  const [scale, top] = [weightScale(terms), stepCount(terms)];
  const weights = positionsOf(terms, schedule)?.map((position) =>
    side === 'visited' ? scale - (top - position) : scale - position,
  );
  return weights === undefined || weights.some((weight) => weight < 0) ? null : weights;
}

function offerOf(side: Side, round: number, transcript: Transcript): Schedule | null {
  const move = transcript[2 * (round - 1) + (side === 'visited' ? 0 : 1)];
  return move?.move === 'offer' ? move.schedule : null;
}

/** What a side has declared; null before it has. */
export function declarationOf(
  side: Side,
  terms: NegotiationTerms,
  transcript: Transcript,
): Declaration | null {
  const opening = offerOf(side, WEIGHTS_ROUND, transcript);
  const limits = offerOf(side, LIMITS_ROUND, transcript);
  if (opening === null || limits === null) return null;
  const declared = {
    weights: weightsOf(side, terms, opening),
    limits: positionsOf(terms, limits),
  };
  return declared.weights === null || declared.limits === null
    ? null
    : { weights: declared.weights, limits: declared.limits };
}

/** The last offer of the other side that may be accepted: none before the declarations are over. */
export function standingOffer(transcript: Transcript): Schedule | null {
  const last = transcript.at(-1);
  const isBargaining = transcript.length > 2 * LIMITS_ROUND;
  return isBargaining && last?.move === 'offer' ? last.schedule : null;
}

/** A side's own last offer after the declarations. */
export function ownLastOffer(side: Side, transcript: Transcript): Schedule | null {
  for (let index = transcript.length - 1; index >= 2 * LIMITS_ROUND; index -= 1) {
    const move = transcript[index];
    if (sideOf(index) === side && move?.move === 'offer') return move.schedule;
  }
  return null;
}
