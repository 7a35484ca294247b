import { type FieldError } from '@roamgrid/kernel';
import type { Restrictions, Tariff } from '@roamgrid/tariff';
import { weekdayOf } from './restriction-axes.js';

/** Seconds of a local day, `from` inclusive and `until` exclusive, that clocks leave out. */
export interface SkippedTime {
  readonly from: number;
  readonly until: number;
}

/** A span of more days than these has a day on which clocks do not change. */
const MOST_DAYS = 7;

/** Every day of the element's dates leaves out the whole of its time. */
function neverComes(
  restrictions: Restrictions,
  skippedOn: (day: number) => SkippedTime | null,
): boolean {
  const { startSecondOfDay: start, endSecondOfDay: end, startDay, endDay } = restrictions;
  if (start === undefined || end === undefined || end <= start) return false;
  if (startDay === undefined || endDay === undefined || endDay - startDay > MOST_DAYS) return false;
  const days = Array.from({ length: endDay - startDay }, (_, index) => startDay + index).filter(
    (day) => restrictions.daysOfWeek?.[weekdayOf(day)] ?? true,
  );
  return (
    days.length > 0 &&
    days.every((day) => {
      const skipped = skippedOn(day);
      return skipped !== null && skipped.from <= start && end <= skipped.until;
    })
  );
}

/** A price for an hour that does not exist, in the night in which clocks go forward. */
export function skippedHourFindings(
  tariff: Tariff,
  skippedOn: (day: number) => SkippedTime | null,
): FieldError[] {
  return tariff.elements.flatMap(({ index, restrictions }): FieldError[] => {
    if (!neverComes(restrictions, skippedOn)) return [];
    const path = `elements.${String(index)}.restrictions.start_time`;
    return [{ path, message: 'does not exist on these dates: clocks go forward' }];
  });
}
