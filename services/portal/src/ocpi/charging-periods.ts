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
 * Energy of the session up to an instant within a period, spread over it as rating spreads it. Where an energy
 * threshold of the tariff is met in the millisecond that begins then, rating cuts at the threshold itself.
 */
function energyUntil(
  { startMs, endMs, energyMilliWh, beforeMilliWh }: Metered,
  atMs: InstantMs,
  thresholds: readonly EnergyMilliWh[],
): EnergyMilliWh {
  const lengthMs = BigInt(endMs - startMs);
  const elapsedMs = BigInt(atMs - startMs);
  const isMetNow = (threshold: EnergyMilliWh): boolean => {
    const ofPeriod = threshold - beforeMilliWh;
    if (ofPeriod <= 0n || ofPeriod >= energyMilliWh) return false;
    return divideDown(ofPeriod * lengthMs, energyMilliWh) === elapsedMs;
  };
  const spread = beforeMilliWh + divideDown(energyMilliWh * elapsedMs, lengthMs);
  return thresholds.find(isMetNow) ?? spread;
}

/** Restrictions on power were held against the period's average: nothing else was measured. */
function powerDimensions({ startMs, endMs, energyMilliWh, activity }: Metered): JsonObject[] {
  const lengthMs = BigInt(endMs - startMs);
  if (lengthMs === 0n) return [];
  const milliW = activity === 'parking' ? 0n : divideHalfUp(energyMilliWh * MS_PER_HOUR, lengthMs);
  return ['MIN_POWER', 'MAX_POWER'].map((type) => dimension(type, milliW, MILLI_W_DIGITS));
}

/** Whole seconds between two instants, counted from the session's start so that parts add up. */
function secondsBetween(startMs: InstantMs, fromMs: InstantMs, untilMs: InstantMs): bigint {
  const since = (atMs: InstantMs): number => floorQuotient(atMs - startMs, MS_PER_SECOND);
  return BigInt(since(untilMs) - since(fromMs));
}

interface Cut {
  readonly atMs: InstantMs;
  /** delivered in the session before it */
  readonly energyMilliWh: EnergyMilliWh;
}

/** Where a metered period begins, where its price turns, and where it ends. */
function cutsOf(
  period: Metered,
  turns: readonly InstantMs[],
  thresholds: readonly EnergyMilliWh[],
): [Cut, ...Cut[]] {
  const { startMs, endMs, beforeMilliWh, energyMilliWh } = period;
  return [
    { atMs: startMs, energyMilliWh: beforeMilliWh },
    ...turns
      .filter((atMs) => atMs > startMs && atMs < endMs)
      .map((atMs) => ({ atMs, energyMilliWh: energyUntil(period, atMs, thresholds) })),
    { atMs: endMs, energyMilliWh: beforeMilliWh + energyMilliWh },
  ];
}

/**
 * The metered periods as OCPI 2.2.1 charging periods, cut where the CDR's lines say that its price changed:
 * an OCPI charging period has one price, that of its start. Priced as given they cost what the CDR says.
 */
export function chargingPeriods(cdr: CdrDocument): JsonObject[] {
  const { boundaries, restrictsPower } = parseTariff(cdr.tariff);
  const turns = priceTurns(cdr);
  const sessionMs = parseInstant(cdr.periods[0]?.startAt ?? cdr.startAt);
  const slice = (period: Metered, from: Cut, until: Cut): JsonObject => {
    const isParking = period.activity === 'parking';
    const energyMilliWh = until.energyMilliWh - from.energyMilliWh;
    const seconds = secondsBetween(sessionMs, from.atMs, until.atMs);
    const hours = divideHalfUp(seconds * 10n ** BigInt(HOUR_DIGITS), SECONDS_PER_HOUR);
    return {
      start_date_time: formatInstant(from.atMs),
      tariff_id: cdr.tariff.id,
      dimensions: [
        ...(isParking && energyMilliWh === 0n
          ? []
          : [dimension('ENERGY', energyMilliWh, MILLI_WH_DIGITS)]),
        dimension(isParking ? 'PARKING_TIME' : 'TIME', hours, HOUR_DIGITS),
        ...(restrictsPower ? powerDimensions(period) : []),
      ],
    };
  };
  return readPeriods(cdr.periods).flatMap((period) => {
    const [first, ...rest] = cutsOf(period, turns, boundaries.energiesMilliWh);
    return rest.map((until, index) =>
      slice(period, index === 0 ? first : (rest[index - 1] ?? first), until),
    );
  });
}
