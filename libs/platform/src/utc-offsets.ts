import { formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';

/** From an instant on, local time = UTC + offsetSeconds; the form in which documents carry it. */
export interface ResolvedUtcOffset {
  /** ISO 8601 instant */
  readonly from: string;
  readonly offsetSeconds: number;
}

/** No zone has changed its offset twice within so short a time since 1970. */
const PROBE_MS = 3_600_000;
const MS_PER_SECOND = 1_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RoamgridError `unprocessable` for a zone that the tz database does not have */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
    return format;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RoamgridError('unprocessable', `no time zone is called ${timeZone}`);
  }
}

function offsetSecondsAt(format: Intl.DateTimeFormat, instantMs: InstantMs): number {
  const wholeSecondMs = Math.floor(instantMs / MS_PER_SECOND) * MS_PER_SECOND;
  const parts = new Map(
    format.formatToParts(wholeSecondMs).map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
  const localMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return (localMs - wholeSecondMs) / MS_PER_SECOND;
}

/** The second at which the offset changes, given that it differs at both ends. */
function transitionBetween(
  format: Intl.DateTimeFormat,
  startMs: InstantMs,
  endMs: InstantMs,
): InstantMs {
  const before = offsetSecondsAt(format, startMs);
  let low = Math.floor(startMs / MS_PER_SECOND);
  let high = Math.ceil(endMs / MS_PER_SECOND);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetSecondsAt(format, middle * MS_PER_SECOND) === before) low = middle;
    else high = middle;
  }
  return high * MS_PER_SECOND;
}

/**
 * A station's UTC offsets over a session: one entry at its start and one for each transition inside
 * (start, end). Rating reads these and no zone table of its own.
 *
 * @param timeZone IANA name
 * @throws RoamgridError `unprocessable` for an unknown zone
 */
export function resolveUtcOffsets(
  timeZone: string,
  startMs: InstantMs,
  endMs: InstantMs,
): ResolvedUtcOffset[] {
  const format = formatOf(timeZone);
  let offsetSeconds = offsetSecondsAt(format, startMs);
  const offsets = [{ from: formatInstant(startMs), offsetSeconds }];
  for (let fromMs = startMs; fromMs < endMs; fromMs += PROBE_MS) {
    const untilMs = Math.min(fromMs + PROBE_MS, endMs);
    const next = offsetSecondsAt(format, untilMs);
    if (next === offsetSeconds) continue;
    offsetSeconds = next;
    const transitionMs = transitionBetween(format, fromMs, untilMs);
    if (transitionMs < endMs) offsets.push({ from: formatInstant(transitionMs), offsetSeconds });
  }
  return offsets;
}

/** The version of the tz database that {@link resolveUtcOffsets} reads. */
export function timeZoneVersion(): string {
  return process.versions['tz'] ?? 'unknown';
}
