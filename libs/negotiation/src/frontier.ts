import { parsePriceMicros } from '@roamgrid/kernel';
import type { Declaration } from './declaration.js';
import type { NegotiationTerms } from './grid.js';
import { remembering } from './remember.js';

/** A schedule than which no other on the grid is better for one side and no worse for the other. */
export interface FrontierPoint {
  /** position of each band's price */
  readonly positions: readonly number[];
  /** Σ weight × position as the visited side weighs: the more, the better for it */
  readonly visitedScore: number;
  /** Σ weight × position as home weighs: the less, the better for it */
  readonly homeScore: number;
}

export interface Scores {
  readonly visitedScore: number;
  readonly homeScore: number;
}

function weigh(weights: readonly number[], positions: readonly number[]): number {
  return positions.reduce((sum, position, index) => sum + (weights[index] ?? 0) * position, 0);
}

export function scoresOf(
  visited: Declaration,
  home: Declaration,
  positions: readonly number[],
): Scores {
  return {
    visitedScore: weigh(visited.weights, positions),
    homeScore: weigh(home.weights, positions),
  };
}

/** Whether both sides' declared limits hold. */
export function isWithinLimits(
  visited: Declaration,
  home: Declaration,
  positions: readonly number[],
): boolean {
  return positions.every(
    (position, index) =>
      position >= (visited.limits[index] ?? 0) && position <= (home.limits[index] ?? 0),
  );
}

/** A schedule of the first bands, as a chain from its last band back. */
interface Chain {
  readonly homeScore: number;
  readonly position: number;
  readonly before: Chain | null;
}

function positionsAlong(chain: Chain): number[] {
  const positions: number[] = [];
  for (let link = chain; link.before !== null; link = link.before) positions.push(link.position);
  return positions.reverse();
}

/** For each score of the visited side, the schedule of the first bands that costs home least. */
function extend(
  cheapest: ReadonlyMap<number, Chain>,
  band: { visitedWeight: number; homeWeight: number; lowest: number; highest: number },
): Map<number, Chain> {
  const extended = new Map<number, Chain>();
  for (const [score, before] of cheapest) {
    for (let position = band.lowest; position <= band.highest; position += 1) {
      const newScore = score + band.visitedWeight * position;
      const homeScore = before.homeScore + band.homeWeight * position;
      const known = extended.get(newScore);
      if (known !== undefined && known.homeScore <= homeScore) continue;
      extended.set(newScore, { homeScore, position, before });
    }
  }
  return extended;
}

function undominated(points: readonly FrontierPoint[]): FrontierPoint[] {
  const kept: FrontierPoint[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const point of [...points].sort((left, right) => right.visitedScore - left.visitedScore)) {
    if (point.homeScore >= least) continue;
    least = point.homeScore;
    kept.push(point);
  }
  return kept.reverse();
}

/**
 * What each side gains over the default by its declared weights, in micro-units × weight.
 * Positive is better for that side.
 */
export function gainsOf(
  terms: NegotiationTerms,
  visited: Declaration,
  home: Declaration,
  scores: Scores,
): { readonly visited: bigint; readonly home: bigint } {
  const rise = (weights: readonly number[], score: number): bigint =>
    terms.defaultSchedule.reduce(
      (sum, band, index) =>
        sum +
        BigInt(weights[index] ?? 0) * (terms.priceFloorMicros - parsePriceMicros(band.pricePerKwh)),
      BigInt(score) * terms.gridStepMicros,
    );
  return {
    visited: rise(visited.weights, scores.visitedScore),
    home: -rise(home.weights, scores.homeScore),
  };
}

function computeFrontier(
  terms: NegotiationTerms,
  visited: Declaration,
  home: Declaration,
): readonly FrontierPoint[] {
  const start: Chain = { homeScore: 0, position: 0, before: null };
  let cheapest: ReadonlyMap<number, Chain> = new Map([[0, start]]);
  for (const index of terms.defaultSchedule.keys()) {
    cheapest = extend(cheapest, {
      visitedWeight: visited.weights[index] ?? 0,
      homeWeight: home.weights[index] ?? 0,
      lowest: visited.limits[index] ?? 0,
      highest: home.limits[index] ?? 0,
    });
  }
  const points = [...cheapest].map(([visitedScore, chain]) => ({
    visitedScore,
    homeScore: chain.homeScore,
    positions: positionsAlong(chain),
  }));
  return undominated(points).filter((point) => {
    const gains = gainsOf(terms, visited, home, point);
    return gains.visited >= 0n && gains.home >= 0n && gains.visited + gains.home > 0n;
  });
}

/** What the frontier is made of: the grid, the default and what both have declared. */
function frontierKey(terms: NegotiationTerms, visited: Declaration, home: Declaration): string {
  const { priceFloorMicros, priceCapMicros, gridStepMicros, defaultSchedule } = terms;
  const grid = [priceFloorMicros, priceCapMicros, gridStepMicros].map(String);
  const prices = defaultSchedule.map(({ pricePerKwh }) => pricePerKwh);
  return JSON.stringify([grid, prices, visited, home]);
}

/** how many negotiations at a time look theirs up instead of computing it at each move */
const FRONTIERS_KEPT = 128;

/**
 * The exact Pareto frontier of the grid under both declared utilities, as far as it leaves neither
 * side below the default and one of them above; from the visited side's worst to its best. Empty
 * where the default cannot be improved on. Both sides compute the same.
 */
export const frontierOf = remembering(computeFrontier, frontierKey, FRONTIERS_KEPT);
