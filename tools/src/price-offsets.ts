import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { UtcOffset } from '@roamgrid/rating';

const HALF_DAY_MS = 43_200_000;
const MS_PER_SECOND = 1_000;
const OFFSET_NAME = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

type OffsetReader = (instantMs: InstantMs) => number;

/** @throws RoamgridError `unprocessable` for a zone that this machine does not know */
function offsetReader(timeZone: string): OffsetReader {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RoamgridError('unprocessable', `no such time zone: ${timeZone}`);
  }
  return (instantMs) => {
    const name = format
      .formatToParts(instantMs)
      .find((part) => part.type === 'timeZoneName')?.value;
    const match = OFFSET_NAME.exec(name ?? '');
    if (match === null) throw new RoamgridError('unprocessable', `no UTC offset for ${timeZone}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const offsetSeconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -offsetSeconds : offsetSeconds;
  };
}

/** The first whole second in (fromMs, untilMs] at which the offset is no longer the one at `fromMs`. */
function findChange(offsetAt: OffsetReader, fromMs: InstantMs, untilMs: InstantMs): InstantMs {
  const before = offsetAt(fromMs);
  let [same, changed] = [Math.floor(fromMs / MS_PER_SECOND), Math.ceil(untilMs / MS_PER_SECOND)];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(middle * MS_PER_SECOND) === before) same = middle;
    else changed = middle;
  }
  return changed * MS_PER_SECOND;
}

/** A zone's UTC offsets over [startMs, endMs], resolved once so that rating needs no zone tables. */
export function resolveUtcOffsets(
  timeZone: string,
  startMs: InstantMs,
  endMs: InstantMs,
): UtcOffset[] {
  const offsetAt = offsetReader(timeZone);
  const offsets: UtcOffset[] = [{ from: startMs, offsetSeconds: offsetAt(startMs) }];
  let fromMs = startMs;
  while (fromMs < endMs) {
    const untilMs = Math.min(fromMs + HALF_DAY_MS, endMs);
    if (offsetAt(untilMs) === offsetAt(fromMs)) {
      fromMs = untilMs;
      continue;
    }
    fromMs = findChange(offsetAt, fromMs, untilMs);
    offsets.push({ from: fromMs, offsetSeconds: offsetAt(fromMs) });
  }
  return offsets;
}

/** OCPI date-times are UTC with or without the designator. @throws RoamgridError `malformed_instant` */
export function parseOcpiInstant(text: string): InstantMs {
  return parseInstant(/[Zz]$|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`);
}
