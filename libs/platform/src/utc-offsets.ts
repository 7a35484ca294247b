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

/** Offsets at whole UTC hours, asked for again and again by quotes and running costs. */
const hourOffsets = new Map<string, Map<number, number>>();
const MOST_HOURS_KEPT = 50_000;

function offsetAtHour(timeZone: string, format: Intl.DateTimeFormat, hour: number): number {
  const known = hourOffsets.get(timeZone) ?? new Map<number, number>();
  hourOffsets.set(timeZone, known);
  const kept = known.get(hour);
  if (kept !== undefined) return kept;
  if (known.size >= MOST_HOURS_KEPT) known.clear();
  const offsetSeconds = offsetSecondsAt(format, hour * PROBE_MS);
  known.set(hour, offsetSeconds);
  return offsetSeconds;
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
  const firstHour = Math.floor(startMs / PROBE_MS);
  const afterHour = Math.ceil(Math.max(endMs, startMs + 1) / PROBE_MS);
  const transitions: { atMs: InstantMs; offsetSeconds: number }[] = [];
  for (let hour = firstHour; hour < afterHour; hour += 1) {
    const before = offsetAtHour(timeZone, format, hour);
    const offsetSeconds = offsetAtHour(timeZone, format, hour + 1);
    if (before === offsetSeconds) continue;
    const atMs = transitionBetween(format, hour * PROBE_MS, (hour + 1) * PROBE_MS);
    transitions.push({ atMs, offsetSeconds });
  }
  const passed = transitions.filter(({ atMs }) => atMs <= startMs).at(-1);
  const offsetSeconds = passed?.offsetSeconds ?? offsetAtHour(timeZone, format, firstHour);
  return [
    { from: formatInstant(startMs), offsetSeconds },
    ...transitions
      .filter(({ atMs }) => atMs > startMs && atMs < endMs)
      .map((one) => ({ from: formatInstant(one.atMs), offsetSeconds: one.offsetSeconds })),
  ];
}

/** The version of the tz database that {@link resolveUtcOffsets} reads. */
export function timeZoneVersion(): string {
  return process.versions['tz'] ?? 'unknown';
}
