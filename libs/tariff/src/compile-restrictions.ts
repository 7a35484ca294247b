import { floorQuotient, parseInstant } from '@roamgrid/kernel';
import type { Findings } from './findings.js';
import type { Restrictions } from './tariff.js';
import { DAYS_OF_WEEK, type RestrictionsDocument } from './tariff-document.js';

export const SECONDS_PER_DAY = 86_400;
const MS_PER_DAY = 86_400_000;
const GREATEST_KWH = 1_000_000n;
const GREATEST_CURRENT_A = 100_000n;
const GREATEST_POWER_KW = 1_000_000n;

type Undefinable<T> = { [Key in keyof T]: T[Key] | undefined };

function withoutUndefined(restrictions: Undefinable<Restrictions>): Restrictions {
  const present = Object.entries<unknown>(restrictions).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present);
}

function secondOfDay(findings: Findings, path: string, text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  if (hour > 23 || minute > 59) findings.add(path, 'is not a time of day');
  return hour * 3600 + minute * 60;
}

function dayNumber(findings: Findings, path: string, text: string): number {
  const midnightMs = findings.reading(path, 0, () => parseInstant(`${text}T00:00:00Z`));
  return floorQuotient(midnightMs, MS_PER_DAY);
}

function checkRange<T extends bigint | number>(
  findings: Findings,
  path: string,
  least: T | undefined,
  greatest: T | undefined,
): void {
  if (least !== undefined && greatest !== undefined && least >= greatest) {
    findings.add(path, 'must lie above its lower bound');
  }
}

function compileTimes(
  document: RestrictionsDocument,
  path: string,
  findings: Findings,
): Undefinable<Restrictions> {
  const at = <T, R>(
    value: T | undefined,
    name: string,
    read: (findings: Findings, path: string, value: T) => R,
  ): R | undefined => (value === undefined ? undefined : read(findings, `${path}.${name}`, value));

  const start = at(document.start_time, 'start_time', secondOfDay);
  const end = at(document.end_time, 'end_time', secondOfDay);
  // OCPI: 00:00 as an end is the end of the day.
  const endOrMidnight = end === 0 ? SECONDS_PER_DAY : end;
  if (start !== undefined && start === end && start !== 0) {
    findings.add(`${path}.end_time`, 'must differ from start_time');
  }
  const startDay = at(document.start_date, 'start_date', dayNumber);
  const endDay = at(document.end_date, 'end_date', dayNumber);
  checkRange(findings, `${path}.end_date`, startDay, endDay);
  checkRange(findings, `${path}.max_duration`, document.min_duration, document.max_duration);
  const days = document.day_of_week ?? [];
  return {
    startSecondOfDay: start,
    endSecondOfDay: endOrMidnight,
    startDay,
    endDay,
    minDurationSeconds: document.min_duration,
    maxDurationSeconds: document.max_duration,
    daysOfWeek: days.length === 0 ? undefined : DAYS_OF_WEEK.map((day) => days.includes(day)),
  };
}

/** Reads one element's restrictions; whatever is wrong becomes a finding below `path`. */
export function compileRestrictions(
  document: RestrictionsDocument,
  path: string,
  findings: Findings,
): Restrictions {
  const decimal = (
    name: 'min_kwh' | 'max_kwh' | 'min_current' | 'max_current' | 'min_power' | 'max_power',
    scale: number,
    greatest: bigint,
  ): bigint | undefined => {
    const text = document[name];
    return text === undefined
      ? undefined
      : findings.decimal(`${path}.${name}`, text, scale, greatest);
  };
  const minEnergyMilliWh = decimal('min_kwh', 6, GREATEST_KWH);
  const maxEnergyMilliWh = decimal('max_kwh', 6, GREATEST_KWH);
  const minCurrentMilliA = decimal('min_current', 3, GREATEST_CURRENT_A);
  const maxCurrentMilliA = decimal('max_current', 3, GREATEST_CURRENT_A);
  const minPowerMilliW = decimal('min_power', 6, GREATEST_POWER_KW);
  const maxPowerMilliW = decimal('max_power', 6, GREATEST_POWER_KW);
  checkRange(findings, `${path}.max_kwh`, minEnergyMilliWh, maxEnergyMilliWh);
  checkRange(findings, `${path}.max_current`, minCurrentMilliA, maxCurrentMilliA);
  checkRange(findings, `${path}.max_power`, minPowerMilliW, maxPowerMilliW);
  return withoutUndefined({
    ...compileTimes(document, path, findings),
    minEnergyMilliWh,
    maxEnergyMilliWh,
    minCurrentMilliA,
    maxCurrentMilliA,
    minPowerMilliW,
    maxPowerMilliW,
    reservation: document.reservation,
  });
}
