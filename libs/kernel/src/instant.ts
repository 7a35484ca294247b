import { RoamgridError } from './errors.js';

/** Milliseconds since 1970-01-01T00:00:00Z. Safe as an integer `number` until the year 287396. */
export type InstantMs = number;

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|([+-])(\d{2}):(\d{2}))$/;

const EARLIEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/**
 * Reads an RFC 3339 date-time exactly: calendar days must exist, a leap second `23:59:60` counts as the
 * last millisecond before the next minute, digits beyond milliseconds are cut.
 *
 * @throws RoamgridError `malformed_instant`
 */
export function parseInstant(text: string): InstantMs {
  const match = RFC_3339.exec(text);
  if (match === null) throw new RoamgridError('malformed_instant', 'not an RFC 3339 date-time');
  const field = (index: number): number => Number(match[index] ?? '0');
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(field) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const leapSecond = second === 60;
  const fractionMs = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const localMs = Date.UTC(year, month - 1, day, hour, minute, leapSecond ? 59 : second);
  const readBack = new Date(localMs);
  const exists =
    readBack.getUTCMonth() === month - 1 &&
    readBack.getUTCDate() === day &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 60 &&
    field(10) <= 23 &&
    field(11) <= 59;
  if (!exists) throw new RoamgridError('malformed_instant', 'a date or time that does not exist');
  const offsetMinutes = (match[9] === '-' ? -1 : 1) * (field(10) * 60 + field(11));
  const instantMs = localMs + (leapSecond ? 999 : fractionMs) - offsetMinutes * 60_000;
  if (instantMs < EARLIEST_MS || instantMs >= LATEST_MS) {
    throw new RoamgridError('malformed_instant', 'a date outside the years 1970 to 2199');
  }
  return instantMs;
}

/** ISO 8601 in UTC with `Z`; milliseconds only where they are not zero. */
export function formatInstant(instantMs: InstantMs): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}
