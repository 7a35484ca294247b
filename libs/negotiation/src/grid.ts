import {
  divideDown,
  divideHalfUp,
  divideUp,
  formatPriceMicros,
  parsePriceMicros,
  type PriceMicros,
} from '@roamgrid/kernel';
import { countOf } from './count.js';
import { GREATEST_WEIGHT } from './policy.js';
import type { Schedule } from './schedule.js';

/** What the agreement lets the two sides bargain about. */
export interface NegotiationTerms {
  readonly priceFloorMicros: PriceMicros;
  readonly priceCapMicros: PriceMicros;
  /** positive; prices are floor + n × step */
  readonly gridStepMicros: PriceMicros;
  /** a round is one move of the visited side and one of home */
  readonly rounds: number;
  /** of the tariff that applies without an agreement; its prices need not lie on the grid */
  readonly defaultSchedule: Schedule;
}

/** Beyond it the frontier would take long to compute; bands × steps. */
const GREATEST_GRID = 2_000;

/** Steps between floor and cap: the greatest position of a price on the grid. */
export function stepCount(terms: NegotiationTerms): number {
  return countOf(divideDown(terms.priceCapMicros - terms.priceFloorMicros, terms.gridStepMicros));
}

/** Whether there is anything to bargain about. */
export function isNegotiable(terms: NegotiationTerms): boolean {
  const steps = stepCount(terms);
  return steps >= 1 && terms.defaultSchedule.length * steps <= GREATEST_GRID;
}

/** How finely weights can be declared: whole numbers from 0 to this. */
export function weightScale(terms: NegotiationTerms): number {
  return Math.min(GREATEST_WEIGHT, stepCount(terms));
}

/** A policy's weight on the scale that the grid has room for. */
export function scaledWeight(terms: NegotiationTerms, weight: number): number {
  return countOf(divideHalfUp(BigInt(weight * weightScale(terms)), BigInt(GREATEST_WEIGHT)));
}

export function priceAt(terms: NegotiationTerms, position: number): PriceMicros {
  return terms.priceFloorMicros + BigInt(position) * terms.gridStepMicros;
}

/** The position of a price; null off the grid or outside floor and cap. */
export function positionOf(terms: NegotiationTerms, pricePerKwh: string): number | null {
  const above = parsePriceMicros(pricePerKwh) - terms.priceFloorMicros;
  if (above < 0n || above % terms.gridStepMicros !== 0n) return null;
  const position = countOf(divideDown(above, terms.gridStepMicros));
  return position > stepCount(terms) ? null : position;
}

/** The lowest position whose price is not below; above {@link stepCount} where there is none. */
export function lowestPositionFrom(terms: NegotiationTerms, pricePerKwh: string): number {
  const above = parsePriceMicros(pricePerKwh) - terms.priceFloorMicros;
  return Math.max(0, countOf(divideUp(above, terms.gridStepMicros)));
}

/** The highest position whose price is not above; negative where there is none. */
export function highestPositionTo(terms: NegotiationTerms, pricePerKwh: string): number {
  const above = parsePriceMicros(pricePerKwh) - terms.priceFloorMicros;
  return Math.min(stepCount(terms), countOf(divideDown(above, terms.gridStepMicros)));
}

/** The default's bands at the prices of the given positions. */
export function scheduleAt(terms: NegotiationTerms, positions: readonly number[]): Schedule {
  return terms.defaultSchedule.map((band, index) => ({
    ...band,
    pricePerKwh: formatPriceMicros(priceAt(terms, positions[index] ?? 0)),
  }));
}

/** Positions of an offered schedule; null for other bands than the default's or a price off the grid. */
export function positionsOf(terms: NegotiationTerms, schedule: Schedule): number[] | null {
  const { defaultSchedule } = terms;
  if (schedule.length !== defaultSchedule.length) return null;
  const positions: number[] = [];
  for (const [index, band] of schedule.entries()) {
    const expected = defaultSchedule[index];
    const isSameBand =
      band.startTime === expected?.startTime &&
      band.endTime === expected.endTime &&
      band.loadBand === expected.loadBand;
    const position = isSameBand ? positionOf(terms, band.pricePerKwh) : null;
    if (position === null) return null;
    positions.push(position);
  }
  return positions;
}
