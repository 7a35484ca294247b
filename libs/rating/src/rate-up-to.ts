import { divideUp, type EnergyMilliWh, toSafeInteger } from '@roamgrid/kernel';
import type { MeteredPeriod, RatingInput } from './metering.js';
import { rate } from './rate.js';
import type { Rating } from './rating.js';

/** The part of a session that a cap pays for. */
export interface CappedRating {
  readonly rating: Rating;
  /** true where the whole session fits under the cap */
  readonly complete: boolean;
  /** delivered but not in the rating */
  readonly unbilledEnergyMilliWh: EnergyMilliWh;
}

const energyOf = (periods: readonly MeteredPeriod[]): EnergyMilliWh =>
  periods.reduce((sum, period) => sum + period.energyMilliWh, 0n);

/** The greatest `size` in 0…limit for which `fits` holds, given that it holds for 0 and does not turn back. */
function bisect(limit: bigint, fits: (size: bigint) => boolean): bigint {
  let [fitting, tooLarge] = [0n, limit + 1n];
  while (tooLarge - fitting > 1n) {
    const middle = (fitting + tooLarge) >> 1n;
    if (fits(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}

/** Bisected by the milliwatt-hour where energy flowed, by the millisecond where none did. */
function sizeOf(period: MeteredPeriod): bigint {
  return period.energyMilliWh > 0n ? period.energyMilliWh : BigInt(period.endMs - period.startMs);
}

/** The beginning of a period: up to `size` of its energy, or of its milliseconds where no energy flowed. */
function firstPart(period: MeteredPeriod, size: bigint): MeteredPeriod {
  if (size === sizeOf(period)) return period;
  if (period.energyMilliWh === 0n)
    return { ...period, endMs: period.startMs + toSafeInteger(size) };
  const lengthMs = BigInt(period.endMs - period.startMs);
  const elapsedMs = divideUp(size * lengthMs, period.energyMilliWh);
  return { ...period, endMs: period.startMs + toSafeInteger(elapsedMs), energyMilliWh: size };
}

/**
 * The periods up to the moment when only `beyondMilliWh` of the session's energy were still to be delivered;
 * what came after that moment, parking too, is left out. All of them where nothing lies beyond.
 */
export function periodsBefore(
  periods: readonly MeteredPeriod[],
  beyondMilliWh: EnergyMilliWh,
): MeteredPeriod[] {
  if (beyondMilliWh <= 0n) return [...periods];
  let leftMilliWh = energyOf(periods) - beyondMilliWh;
  const before: MeteredPeriod[] = [];
  for (const period of periods) {
    if (leftMilliWh <= 0n) break;
    const takenMilliWh = period.energyMilliWh < leftMilliWh ? period.energyMilliWh : leftMilliWh;
    before.push(period.energyMilliWh === 0n ? period : firstPart(period, takenMilliWh));
    leftMilliWh -= takenMilliWh;
  }
  return before;
}

/**
 * Rates the longest beginning of a session whose total including tax stays within the cap. Where not even the
 * session's first moment does, nothing is billed: no lines, total 0. Where steps make a longer session cheaper
 * than a shorter one the answer is still within the cap and the same everywhere, if not the longest.
 *
 * @param maxEnergyMilliWh a cap in energy beside that in money; null for none
 * @throws RoamgridError as {@link rate}
 */
export function rateUpTo(
  input: RatingInput,
  maxTotalInclTaxMinor: bigint,
  maxEnergyMilliWh: EnergyMilliWh | null = null,
): CappedRating {
  const whole = rate(input);
  const isWithin = (candidate: RatingInput, totalInclTaxMinor: bigint): boolean =>
    totalInclTaxMinor <= maxTotalInclTaxMinor &&
    (maxEnergyMilliWh === null || energyOf(candidate.periods) <= maxEnergyMilliWh);
  if (isWithin(input, whole.totalInclTaxMinor)) {
    return { rating: whole, complete: true, unbilledEnergyMilliWh: 0n };
  }
  const beginning = (count: number, tail: readonly MeteredPeriod[]): RatingInput => ({
    ...input,
    periods: [...input.periods.slice(0, count), ...tail],
  });
  const fits = (candidate: RatingInput): boolean =>
    isWithin(candidate, rate(candidate).totalInclTaxMinor);

  const lastIndex = BigInt(input.periods.length - 1);
  const wholePeriods = toSafeInteger(
    bisect(lastIndex, (count) => fits(beginning(toSafeInteger(count), []))),
  );
  const next = input.periods[wholePeriods];
  let best = beginning(wholePeriods, []);
  if (next !== undefined && next.volumes === undefined) {
    const part = (size: bigint): RatingInput =>
      size === 0n ? beginning(wholePeriods, []) : beginning(wholePeriods, [firstPart(next, size)]);
    best = part(bisect(sizeOf(next), (size) => fits(part(size))));
  }
  return {
    rating: rate(best),
    complete: false,
    unbilledEnergyMilliWh: energyOf(input.periods) - energyOf(best.periods),
  };
}
