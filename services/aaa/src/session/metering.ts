import type { MeteredPeriodValue } from '@roamgrid/contracts';
import {
  divideHalfUp,
  formatEnergyWh,
  parseDecimal,
  parseEnergyWh,
  parseInstant,
  type EnergyMilliWh,
  type InstantMs,
} from '@roamgrid/kernel';
import type { SessionReading } from './session.js';

/** Why a reading or a session cannot be rated; the codes of the suspense list. */
export type MeteringFault =
  | 'register_falls'
  | 'two_values_at_one_instant'
  | 'time_reversed'
  | 'time_ahead'
  | 'too_old'
  | 'register_overflow'
  | 'energy_implausible'
  | 'register_missing'
  | 'sessions_overlap'
  | 'unknown_connector'
  | 'sequence_invalid';

export const TEN_MINUTES_MS = 600_000;
export const THIRTY_DAYS_MS = 30 * 24 * 3_600_000;
/** A register of 10¹² Wh is a terawatt-hour: no charging meter has one. */
const GREATEST_REGISTER_MILLI_WH = 10n ** 15n;

/** messages carry nine digits after the point: 10⁻⁹ Wh */
const WIRE_SCALE = 9;
const WIRE_UNITS_PER_MILLI_WH = 1_000_000n;

const MS_PER_HOUR = 3_600_000n;
const PERCENT_OF_POWER = 110n;

/** What one reading is judged by. */
export interface ReadingFrame {
  readonly known: readonly SessionReading[];
  /** when the charge began, by what is known; no reading lies before it */
  readonly notBeforeMs: InstantMs | null;
  readonly nowMs: InstantMs;
}

/** Judges one reading by the clock and the readings before it. */
export function faultOfReading(
  reading: SessionReading,
  { known, notBeforeMs, nowMs }: ReadingFrame,
): MeteringFault | null {
  const atMs = parseInstant(reading.at);
  if (atMs > nowMs + TEN_MINUTES_MS) return 'time_ahead';
  if (atMs < nowMs - THIRTY_DAYS_MS) return 'too_old';
  if (notBeforeMs !== null && atMs < notBeforeMs) return 'time_reversed';
  const register = parseEnergyWh(reading.meterWh);
  if (register < 0n) return 'register_falls';
  if (register > GREATEST_REGISTER_MILLI_WH) return 'register_overflow';
  return (
    known.map((other) => contradiction(atMs, register, other)).find((fault) => fault !== null) ??
    null
  );
}

/** Sorts an event's readings into those that fit what is known and those that do not, each with why. */
export function judgeReadings(
  readings: readonly SessionReading[],
  { known, notBeforeMs, nowMs }: ReadingFrame,
): {
  accepted: SessionReading[];
  faults: { reading: SessionReading; fault: MeteringFault }[];
} {
  const accepted = [...known];
  const faults: { reading: SessionReading; fault: MeteringFault }[] = [];
  const byTime = [...readings].sort(
    (left, right) => parseInstant(left.at) - parseInstant(right.at),
  );
  for (const reading of byTime) {
    const fault = faultOfReading(reading, { known: accepted, notBeforeMs, nowMs });
    if (fault === null) accepted.push(reading);
    else faults.push({ reading, fault });
  }
  return { accepted: inOrder(accepted), faults };
}

/** A register as stations send it, to the milliwatt-hour that every figure here is counted in. */
export function registerOf(meterWh: string): string {
  return formatEnergyWh(divideHalfUp(parseDecimal(meterWh, WIRE_SCALE), WIRE_UNITS_PER_MILLI_WH));
}

function contradiction(
  atMs: InstantMs,
  register: EnergyMilliWh,
  other: SessionReading,
): MeteringFault | null {
  const otherMs = parseInstant(other.at);
  const otherRegister = parseEnergyWh(other.meterWh);
  if (otherMs === atMs) return otherRegister === register ? null : 'two_values_at_one_instant';
  const falls = otherMs < atMs ? register < otherRegister : register > otherRegister;
  return falls ? 'register_falls' : null;
}

/** Readings in the order of time; of equal ones the first. */
export function inOrder(readings: readonly SessionReading[]): SessionReading[] {
  const seen = new Set<InstantMs>();
  return [...readings]
    .sort((left, right) => parseInstant(left.at) - parseInstant(right.at))
    .filter((reading) => {
      const atMs = parseInstant(reading.at);
      if (seen.has(atMs)) return false;
      seen.add(atMs);
      return true;
    });
}

/** Energy between the first and the last register. */
export function energyOf(readings: readonly SessionReading[]): EnergyMilliWh {
  const ordered = inOrder(readings);
  const [first] = ordered;
  const last = ordered.at(-1);
  if (first === undefined || last === undefined) return 0n;
  return parseEnergyWh(last.meterWh) - parseEnergyWh(first.meterWh);
}

/**
 * Metered periods between consecutive readings. No energy, or a station that says `idle`, is parking:
 * time connected with no energy flowing.
 */
export function periodsOf(readings: readonly SessionReading[]): MeteredPeriodValue[] {
  const ordered = inOrder(readings);
  return ordered.slice(1).map((reading, index) => {
    const before = ordered[index] ?? reading;
    const energy = parseEnergyWh(reading.meterWh) - parseEnergyWh(before.meterWh);
    return {
      startAt: before.at,
      endAt: reading.at,
      startWh: before.meterWh,
      endWh: reading.meterWh,
      energyWh: formatEnergyWh(energy),
      activity: energy === 0n ? 'parking' : 'charging',
    };
  });
}

/** Does the session hold more energy than 110 % of the connector's power delivers in its time? */
export function isImplausible(readings: readonly SessionReading[], powerW: bigint): boolean {
  const ordered = inOrder(readings);
  const [first] = ordered;
  const last = ordered.at(-1);
  if (first === undefined || last === undefined) return false;
  const lengthMs = BigInt(parseInstant(last.at) - parseInstant(first.at));
  // mWh · ms/h · 100 on the left, W · 1000 (mW) · ms · 110 on the right
  return energyOf(readings) * MS_PER_HOUR * 100n > powerW * 1_000n * lengthMs * PERCENT_OF_POWER;
}
