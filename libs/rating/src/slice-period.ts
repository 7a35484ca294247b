import { divideDown, type EnergyMilliWh, type InstantMs, toSafeInteger } from '@roamgrid/kernel';
import type { TariffBoundaries } from '@roamgrid/tariff';
import type { LocalClock } from './local-clock.js';
import type { MeteredPeriod } from './metering.js';

/** A part of one period over which no restriction of the tariff begins or ceases to hold. */
export interface Slice {
  readonly startMs: InstantMs;
  readonly endMs: InstantMs;
  /** delivered in the session before this slice */
  readonly energyBeforeMilliWh: EnergyMilliWh;
  readonly energyMilliWh: EnergyMilliWh;
}

export interface SlicingContext {
  readonly boundaries: TariffBoundaries;
  readonly clock: LocalClock;
  /** from which the tariff's durations count */
  readonly durationsFromMs: InstantMs;
  readonly energyBeforeMilliWh: EnergyMilliWh;
}

interface Cut {
  readonly atMs: InstantMs;
  /** of this period, delivered before the cut */
  readonly energyMilliWh: EnergyMilliWh;
}

const byTimeThenEnergy = (left: Cut, right: Cut): number =>
  left.atMs !== right.atMs
    ? left.atMs - right.atMs
    : left.energyMilliWh < right.energyMilliWh
      ? -1
      : 1;

/** Energy is spread evenly over the period and rounded down cumulatively, so that parts add up. */
function energyUntil(period: MeteredPeriod, atMs: InstantMs): EnergyMilliWh {
  const lengthMs = BigInt(period.endMs - period.startMs);
  return divideDown(period.energyMilliWh * BigInt(atMs - period.startMs), lengthMs);
}

function timeCuts(period: MeteredPeriod, context: SlicingContext): Cut[] {
  const { secondsOfDay, durationsSeconds } = context.boundaries;
  const turns =
    secondsOfDay.length === 0
      ? []
      : context.clock.turnsBetween(period.startMs, period.endMs, secondsOfDay);
  for (const durationSeconds of durationsSeconds) {
    const atMs = context.durationsFromMs + durationSeconds * 1_000;
    if (atMs > period.startMs && atMs < period.endMs) turns.push(atMs);
  }
  return [...new Set(turns)].map((atMs) => ({ atMs, energyMilliWh: energyUntil(period, atMs) }));
}

/** An energy threshold is met to the milliwatt-hour; its instant is the last millisecond not beyond it. */
function energyCuts(period: MeteredPeriod, context: SlicingContext): Cut[] {
  const cuts: Cut[] = [];
  const lengthMs = BigInt(period.endMs - period.startMs);
  for (const threshold of context.boundaries.energiesMilliWh) {
    const energyMilliWh = threshold - context.energyBeforeMilliWh;
    if (energyMilliWh <= 0n || energyMilliWh >= period.energyMilliWh) continue;
    const elapsedMs = divideDown(energyMilliWh * lengthMs, period.energyMilliWh);
    cuts.push({ atMs: period.startMs + toSafeInteger(elapsedMs), energyMilliWh });
  }
  return cuts;
}

/** The whole period as one slice. */
export function asOneSlice(
  period: MeteredPeriod,
  energyBeforeMilliWh: EnergyMilliWh,
): readonly Slice[] {
  const { startMs, endMs, energyMilliWh } = period;
  return [{ startMs, endMs, energyBeforeMilliWh, energyMilliWh }];
}

/** Cuts a period wherever the tariff may change its mind. The slices sum to the period exactly. */
export function sliceAtBoundaries(
  period: MeteredPeriod,
  context: SlicingContext,
): readonly Slice[] {
  const cuts = [...timeCuts(period, context), ...energyCuts(period, context)];
  if (cuts.length === 0) return asOneSlice(period, context.energyBeforeMilliWh);
  cuts.sort(byTimeThenEnergy);
  cuts.push({ atMs: period.endMs, energyMilliWh: period.energyMilliWh });
  const slices: Slice[] = [];
  let from: Cut = { atMs: period.startMs, energyMilliWh: 0n };
  for (const until of cuts) {
    slices.push({
      startMs: from.atMs,
      endMs: until.atMs,
      energyBeforeMilliWh: context.energyBeforeMilliWh + from.energyMilliWh,
      energyMilliWh: until.energyMilliWh - from.energyMilliWh,
    });
    from = until;
  }
  return slices;
}
