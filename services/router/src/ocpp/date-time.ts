import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';

const EARLIEST = '1970-01-01T00:00:00Z';
const LATEST = '2199-12-31T23:59:59Z';
const YEAR = /^[0-9]{4}/;

function isInstant(text: string): boolean {
  try {
    parseInstant(text);
    return true;
  } catch (error) {
    if (error instanceof RoamgridError) return false;
    throw error;
  }
}

/** The same date and time in a year that is told here, leap or not as the year written. */
function inToldYear(text: string): string {
  const year = Number(YEAR.exec(text)?.[0] ?? '1');
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return text.replace(YEAR, isLeap ? '2000' : '2001');
}

/** Whether a text is an RFC 3339 date-time, of any year. */
export function isDateTime(text: string): boolean {
  return isInstant(text) || isInstant(inToldYear(text));
}

/**
 * A date-time that messages can carry. A clock that stands in another century is nothing a station is
 * refused for: the nearest instant told stands for it, and is as far from now as it needs to be to show.
 */
export function instantWithinReach(text: string): string {
  if (isInstant(text)) return text;
  return Number(YEAR.exec(text)?.[0] ?? '0') < 2000 ? EARLIEST : LATEST;
}

const LATE_MS = 600_000;

/** OCPP 1.6 has no word for what is delivered late: an event more than ten minutes old is taken as such. */
export function isLate(text: string, nowMs: InstantMs): boolean {
  return parseInstant(instantWithinReach(text)) < nowMs - LATE_MS;
}
