import { instantString, type CdrDocument } from '@roamgrid/contracts';
import {
  divideDown,
  divideHalfUp,
  floorQuotient,
  formatDecimalShort,
  formatInstant,
  parseEnergyWh,
  parseInstant,
  type EnergyMilliWh,
  type InstantMs,
} from '@roamgrid/kernel';
import { parseTariff } from '@roamgrid/tariff';
import { z } from 'zod';
import type { JsonObject } from '../read-model/view.js';

const MILLI_WH_DIGITS = 6;
const MILLI_W_DIGITS = 6;
/** hours are cut finer than a second, as readers of OCPI take the nearest one */
const HOUR_DIGITS = 6;
const SECONDS_PER_HOUR = 3_600n;
const MS_PER_HOUR = 3_600_000n;
const MS_PER_SECOND = 1_000;

/** What of a rated line says where it begins and ceases to apply; an adjustment has none. */
const evidence = z.looseObject({
  periods: z.array(z.looseObject({ startAt: instantString, endAt: instantString })).default([]),
});

type Period = CdrDocument['periods'][number];

interface Metered {
  readonly startMs: InstantMs;
  readonly endMs: InstantMs;
  readonly energyMilliWh: EnergyMilliWh;
  readonly activity: Period['activity'];
  /** delivered in the session before it */
  readonly beforeMilliWh: EnergyMilliWh;
}

function dimension(type: string, scaled: bigint, digits: number): JsonObject {
  return { type, volume: Number(formatDecimalShort(scaled, digits)) };
}

function readPeriods(periods: readonly Period[]): Metered[] {
  let beforeMilliWh = 0n;
  return periods.map(({ startAt, endAt, energyWh, activity }) => {
    const energyMilliWh = parseEnergyWh(energyWh);
    const metered = {
      startMs: parseInstant(startAt),
      endMs: parseInstant(endAt),
      energyMilliWh,
      activity,
      beforeMilliWh,
    };
    beforeMilliWh += energyMilliWh;
    return metered;
  });
}

/** Every instant at which a price began or ceased to apply. */
function priceTurns(cdr: CdrDocument): InstantMs[] {
  const instants = cdr.lines.flatMap((line) =>
    evidence.parse(line).periods.flatMap(({ startAt, endAt }) => [startAt, endAt]),
  );
  return [...new Set(instants.map(parseInstant))].sort((left, right) => left - right);
}

/**
 * Energy of the session up to an instant, spread over its metered period as rating spreads it. At an energy
 * threshold of the tariff, which lies within the millisecond after the instant, it is the threshold.
 */
function energyUntil(
  period: Metered,
  atMs: InstantMs,
  thresholds: readonly EnergyMilliWh[],
): EnergyMilliWh {
  if (atMs === period.endMs) return period.beforeMilliWh + period.energyMilliWh;
  const lengthMs = BigInt(period.endMs - period.startMs);
  const after = (ms: number): EnergyMilliWh =>
    period.beforeMilliWh + divideDown(period.energyMilliWh * BigInt(ms), lengthMs);
  const energyMilliWh = after(atMs - period.startMs);
  const next = after(atMs - period.startMs + 1);
  const met = thresholds.find((one) => one >= energyMilliWh && one < next);
  return atMs === period.startMs ? period.beforeMilliWh : (met ?? energyMilliWh);
}

/** Restrictions on power were held against the period's average: nothing else was measured. */
function powerDimensions({ startMs, endMs, energyMilliWh }: Metered): JsonObject[] {
  const lengthMs = BigInt(endMs - startMs);
  if (lengthMs === 0n) return [];
  const milliW = divideHalfUp(energyMilliWh * MS_PER_HOUR, lengthMs);
  return ['MIN_POWER', 'MAX_POWER'].map((type) => dimension(type, milliW, MILLI_W_DIGITS));
}

/** Whole seconds between two instants, counted from the session's start so that parts add up. */
function secondsBetween(startMs: InstantMs, fromMs: InstantMs, untilMs: InstantMs): bigint {
  const since = (atMs: InstantMs): number => floorQuotient(atMs - startMs, MS_PER_SECOND);
  return BigInt(since(untilMs) - since(fromMs));
}

/**
 * The metered periods as OCPI 2.2.1 charging periods, cut where the CDR's lines say that its price changed:
 * an OCPI charging period has one price, that of its start. Priced as given they cost what the CDR says.
 */
export function chargingPeriods(cdr: CdrDocument): JsonObject[] {
  const { boundaries, restrictsPower } = parseTariff(cdr.tariff);
  const turns = priceTurns(cdr);
  const sessionMs = parseInstant(cdr.periods[0]?.startAt ?? cdr.startAt);
  const sliceOf = (period: Metered, fromMs: InstantMs, untilMs: InstantMs): JsonObject => {
    const isParking = period.activity === 'parking';
    const energyMilliWh =
      energyUntil(period, untilMs, boundaries.energiesMilliWh) -
      energyUntil(period, fromMs, boundaries.energiesMilliWh);
    const seconds = secondsBetween(sessionMs, fromMs, untilMs);
    const hours = divideHalfUp(seconds * 10n ** BigInt(HOUR_DIGITS), SECONDS_PER_HOUR);
    return {
      start_date_time: formatInstant(fromMs),
      tariff_id: cdr.tariff.id,
      dimensions: [
        ...(isParking ? [] : [dimension('ENERGY', energyMilliWh, MILLI_WH_DIGITS)]),
        dimension(isParking ? 'PARKING_TIME' : 'TIME', hours, HOUR_DIGITS),
        ...(restrictsPower ? powerDimensions(period) : []),
      ],
    };
  };
  return readPeriods(cdr.periods).flatMap((period) => {
    const { startMs, endMs } = period;
    const starts = [startMs, ...turns.filter((atMs) => atMs > startMs && atMs < endMs)];
    return starts.map((fromMs, index) => sliceOf(period, fromMs, starts[index + 1] ?? endMs));
  });
}
