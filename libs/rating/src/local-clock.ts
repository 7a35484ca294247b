import { floorQuotient, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { UtcOffset } from './metering.js';

const MS_PER_DAY = 86_400_000;
const MS_PER_SECOND = 1_000;
const SECONDS_PER_DAY = 86_400;

/** Whole seconds from one instant to a later one; cumulative, so that cuts add up to the uncut figure. */
export function wholeSecondsSince(startMs: InstantMs, instantMs: InstantMs): number {
  return floorQuotient(instantMs - startMs, MS_PER_SECOND);
}

export interface LocalTime {
  /** days since 1970-01-01 on the local calendar */
  readonly day: number;
  /** 0…6, Monday first */
  readonly weekday: number;
  readonly secondOfDay: number;
}

/** The station's local time, from offsets that came with the session: no time-zone tables here. */
export class LocalClock {
  readonly #offsets: readonly UtcOffset[];

  /** @throws RoamgridError `invalid_metering` unless the offsets ascend and cover `startMs` */
  constructor(offsets: readonly UtcOffset[], startMs: InstantMs) {
    const [first] = offsets;
    if (first === undefined || first.from > startMs) {
      throw new RoamgridError('invalid_metering', 'no UTC offset covers the start of the session');
    }
    const ascending = offsets.every(
      (offset, index) => index === 0 || offset.from > (offsets[index - 1]?.from ?? 0),
    );
    const sane = offsets.every(
      ({ offsetSeconds }) =>
        Number.isSafeInteger(offsetSeconds) && Math.abs(offsetSeconds) < SECONDS_PER_DAY,
    );
    if (!ascending || !sane) {
      throw new RoamgridError('invalid_metering', 'the UTC offsets are out of order or range');
    }
    this.#offsets = offsets;
  }

  #offsetMsAt(instantMs: InstantMs): number {
    let offsetSeconds = 0;
    for (const offset of this.#offsets) {
      if (offset.from > instantMs) break;
      offsetSeconds = offset.offsetSeconds;
    }
    return offsetSeconds * MS_PER_SECOND;
  }

  at(instantMs: InstantMs): LocalTime {
    const localMs = instantMs + this.#offsetMsAt(instantMs);
    const day = floorQuotient(localMs, MS_PER_DAY);
    return {
      day,
      // 1970-01-01 was a Thursday, the fourth day of its week.
      weekday: (((day + 3) % 7) + 7) % 7,
      secondOfDay: floorQuotient(localMs - day * MS_PER_DAY, MS_PER_SECOND),
    };
  }

  /** Every instant inside (startMs, endMs) at which the offset changes or a named time of day is reached. */
  turnsBetween(startMs: InstantMs, endMs: InstantMs, secondsOfDay: readonly number[]): InstantMs[] {
    const turns: InstantMs[] = [];
    for (const [index, offset] of this.#offsets.entries()) {
      const fromMs = Math.max(startMs, offset.from);
      const untilMs = Math.min(endMs, this.#offsets[index + 1]?.from ?? endMs);
      if (fromMs >= untilMs) continue;
      if (offset.from > startMs) turns.push(offset.from);
      const offsetMs = offset.offsetSeconds * MS_PER_SECOND;
      const lastDay = floorQuotient(untilMs + offsetMs, MS_PER_DAY);
      for (let day = floorQuotient(fromMs + offsetMs, MS_PER_DAY); day <= lastDay; day += 1) {
        for (const secondOfDay of secondsOfDay) {
          const turnMs = day * MS_PER_DAY + secondOfDay * MS_PER_SECOND - offsetMs;
          if (turnMs > fromMs && turnMs < untilMs) turns.push(turnMs);
        }
      }
    }
    return turns;
  }
}
