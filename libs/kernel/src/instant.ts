import { RoamgridError } from './errors.js';

/** Milliseconds since 1970-01-01T00:00:00Z. Safe as an integer `number` until the year 287396. */
export type InstantMs = number;

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|([+-])(\d{2}):(\d{2}))$/;

const EARLIEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

const DAY_MS = 86_400_000;

function endsUtcDay(instantMs: InstantMs): boolean {
  return instantMs % DAY_MS === DAY_MS - 1;
}

/** Year, month (1–12), day, hour, minute, second. */
type CalendarFields = readonly [number, number, number, number, number, number];

/** Milliseconds of a calendar date and time read as UTC; `null` where the calendar has no such moment. */
function calendarMs([year, month, day, hour, minute, second]: CalendarFields): InstantMs | null {
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const readBack = new Date(ms);
  const exists =
    // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
    readBack.getUTCFullYear() === year &&
    readBack.getUTCMonth() === month - 1 &&
    readBack.getUTCDate() === day &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  return exists ? ms : null;
}

/** Minutes east of UTC; `null` for an offset that does not exist. */
function offsetMinutes(sign: string, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * Reads an RFC 3339 date-time exactly: calendar days must exist, a leap second (`23:59:60` in UTC, no other
 * second 60) counts as the last millisecond before the next day, digits beyond milliseconds are cut.
 *
 * @throws RoamgridError `malformed_instant`, also for what lies outside the years 1970 to 2199
 */
export function parseInstant(text: string): InstantMs {
  const match = RFC_3339.exec(text);
  if (match === null) throw new RoamgridError('malformed_instant', 'not an RFC 3339 date-time');
  const field = (index: number): number => Number(match[index] ?? '0');
  const second = field(6);
  const leapSecond = second === 60;
  const fractionMs = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const localMs = calendarMs([
    field(1),
    field(2),
    field(3),
    field(4),
    field(5),
    leapSecond ? 59 : second,
  ]);
  const offset = offsetMinutes(match[9] ?? '+', field(10), field(11));
  if (localMs === null || offset === null) {
    throw new RoamgridError('malformed_instant', 'a date or time that does not exist');
  }
  const instantMs = localMs + (leapSecond ? 999 : fractionMs) - offset * 60_000;
  if (leapSecond && !endsUtcDay(instantMs)) {
    throw new RoamgridError('malformed_instant', 'a leap second ends a day in UTC');
  }
  if (instantMs < EARLIEST_MS || instantMs >= LATEST_MS) {
    throw new RoamgridError('malformed_instant', 'a date outside the years 1970 to 2199');
  }
  return instantMs;
}

/** ISO 8601 in UTC with `Z`; milliseconds only where they are not zero. */
export function formatInstant(instantMs: InstantMs): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}
