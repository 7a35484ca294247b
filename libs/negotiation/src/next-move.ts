import { divideDown, parsePriceMicros } from '@roamgrid/kernel';
import { countOf } from './count.js';
import { declarationOf, standingOffer, weightsSchedule, type Declaration } from './declaration.js';
import { frontierOf, scoresOf, type FrontierPoint } from './frontier.js';
import {
  highestPositionTo,
  isNegotiable,
  lowestPositionFrom,
  positionsOf,
  scaledWeight,
  scheduleAt,
  stepCount,
  type NegotiationTerms,
} from './grid.js';
import {
  LIMITS_ROUND,
  roundOf,
  WEIGHTS_ROUND,
  type NegotiationMove,
  type Transcript,
} from './moves.js';
import { valuationOf, type BandValuation, type NegotiationPolicy, type Side } from './policy.js';

const walkAway = (reason: string): NegotiationMove => ({ move: 'walkAway', reason });

function valuations(
  policy: NegotiationPolicy,
  terms: NegotiationTerms,
): readonly BandValuation[] | null {
  const found: BandValuation[] = [];
  for (const band of terms.defaultSchedule) {
    const valuation = valuationOf(policy, band);
    if (valuation === null) return null;
    found.push(valuation);
  }
  return found;
}

function declareLimits(
  side: Side,
  terms: NegotiationTerms,
  values: readonly BandValuation[],
): NegotiationMove {
  const limits = values.map(({ limitPerKwh }) =>
    side === 'visited'
      ? lowestPositionFrom(terms, limitPerKwh)
      : highestPositionTo(terms, limitPerKwh),
  );
  const top = stepCount(terms);
  return limits.some((limit) => limit < 0 || limit > top)
    ? walkAway('no price within floor and cap is acceptable')
    : { move: 'offer', schedule: scheduleAt(terms, limits) };
}

/** Whether the side's own weighted gain per kWh, over its cost or under its value, is enough. */
function meetsReservation(
  policy: NegotiationPolicy,
  terms: NegotiationTerms,
  values: readonly BandValuation[],
  point: FrontierPoint,
): boolean {
  const reservation = parsePriceMicros(policy.reservationPerKwh);
  const sign = policy.side === 'visited' ? 1n : -1n;
  const surplus = values.reduce((sum, { weight, limitPerKwh }, index) => {
    const price =
      terms.priceFloorMicros + BigInt(point.positions[index] ?? 0) * terms.gridStepMicros;
    const gain = sign * (price - parsePriceMicros(limitPerKwh));
    return sum + BigInt(scaledWeight(terms, weight)) * (gain - reservation);
  }, 0n);
  return surplus >= 0n;
}

/** How far along the frontier the side has come in this round: from its best to its last point. */
function targetIndex(options: {
  readonly best: number;
  readonly last: number;
  readonly round: number;
  readonly rounds: number;
  readonly patience: number;
}): number {
  const { best, last, round, rounds, patience } = options;
  const firstRound = LIMITS_ROUND + 1;
  if (round >= rounds) return last;
  const exponent = BigInt(patience);
  const passed = BigInt(round - firstRound) ** exponent;
  const whole = BigInt(rounds - firstRound) ** exponent;
  const conceded = countOf(divideDown(BigInt(Math.abs(best - last)) * passed, whole));
  return best < last ? best + conceded : best - conceded;
}

interface Table {
  readonly visited: Declaration;
  readonly home: Declaration;
  readonly frontier: readonly FrontierPoint[];
}

/** Where the other side's last offer lies on the frontier. */
function standingIndex(terms: NegotiationTerms, transcript: Transcript, table: Table): number {
  const offer = standingOffer(transcript);
  const positions = offer === null ? null : positionsOf(terms, offer);
  if (positions === null) return -1;
  const { visitedScore } = scoresOf(table.visited, table.home, positions);
  return table.frontier.findIndex((point) => point.visitedScore === visitedScore);
}

function bargain(
  policy: NegotiationPolicy,
  terms: NegotiationTerms,
  transcript: Transcript,
  table: Table,
  values: readonly BandValuation[],
): NegotiationMove {
  const { frontier } = table;
  const acceptable = [...frontier.keys()].filter((index) => {
    const point = frontier[index];
    return point !== undefined && meetsReservation(policy, terms, values, point);
  });
  const [lowest, highest] = [acceptable[0], acceptable.at(-1)];
  if (lowest === undefined || highest === undefined) return walkAway('below the reservation');
  const isVisited = policy.side === 'visited';
  const round = roundOf(transcript.length);
  const target = targetIndex({
    best: isVisited ? highest : lowest,
    last: isVisited ? lowest : highest,
    round,
    rounds: terms.rounds,
    patience: policy.patience,
  });
  const standing = standingIndex(terms, transcript, table);
  const isGoodEnough = isVisited ? standing >= target : standing <= target;
  if (standing >= 0 && isGoodEnough) return { move: 'accept' };
  if (!isVisited && round === terms.rounds) return walkAway('the rounds are used up');
  const point = frontier[target];
  return point === undefined
    ? walkAway('nothing left to offer')
    : { move: 'offer', schedule: scheduleAt(terms, point.positions) };
}

/**
 * A side's next move, from the public transcript and its own policy only; the same for the same
 * arguments. Round 1 declares weights, round 2 limits; then each side comes down the frontier that
 * both can compute, from its best point to its last, and accepts what is no worse than its own next
 * offer. So it never offers nor accepts less than the default by its declared utility.
 *
 * @param transcript checked by `checkMove`, not over, this side's turn
 */
export function nextMove(
  policy: NegotiationPolicy,
  terms: NegotiationTerms,
  transcript: Transcript,
): NegotiationMove {
  const { side } = policy;
  if (!isNegotiable(terms)) return walkAway('there is nothing to bargain about');
  if (!policy.traded.includes('ENERGY')) return walkAway('the policy lets nothing be traded');
  const values = valuations(policy, terms);
  if (values === null) return walkAway('the policy lacks a band of the schedule');
  const round = roundOf(transcript.length);
  if (round === WEIGHTS_ROUND) {
    const weights = values.map(({ weight }) => scaledWeight(terms, weight));
    return { move: 'offer', schedule: weightsSchedule(side, terms, weights) };
  }
  if (round === LIMITS_ROUND) return declareLimits(side, terms, values);
  const visited = declarationOf('visited', terms, transcript);
  const home = declarationOf('home', terms, transcript);
  if (visited === null || home === null) return walkAway('the declarations are incomplete');
  const frontier = frontierOf(terms, visited, home);
  if (frontier.length === 0) return walkAway('the default cannot be improved on for both');
  return bargain(policy, terms, transcript, { visited, home, frontier }, values);
}
