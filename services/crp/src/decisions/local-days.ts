import { floorQuotient, parseInstant, type InstantMs } from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';
import type { SkippedTime } from './skipped-hours.js';

const MS_PER_DAY = 86_400_000;
const MS_PER_SECOND = 1_000;

/** Seconds east of UTC at an instant. @throws RoamgridError `unprocessable` for an unknown zone */
export function utcOffsetSecondsAt(timeZone: string, instantMs: InstantMs): number {
  return resolveUtcOffsets(timeZone, instantMs, instantMs + 1)[0]?.offsetSeconds ?? 0;
}

/** What a local day leaves out where clocks go forward; null on every other day. */
export function skippedTimeOf(timeZone: string, day: number): SkippedTime | null {
  // a day of any zone lies within these
  const fromMs = (day - 1) * MS_PER_DAY;
  const offsets = resolveUtcOffsets(timeZone, fromMs, fromMs + 3 * MS_PER_DAY);
  for (const [index, { from, offsetSeconds }] of offsets.entries()) {
    const before = offsets[index - 1]?.offsetSeconds ?? offsetSeconds;
    if (offsetSeconds <= before) continue;
    const localMs = parseInstant(from) + before * MS_PER_SECOND;
    if (floorQuotient(localMs, MS_PER_DAY) !== day) continue;
    const second = floorQuotient(localMs - day * MS_PER_DAY, MS_PER_SECOND);
    return { from: second, until: second + offsetSeconds - before };
  }
  return null;
}
