import { floorQuotient, formatInstant } from '@roamgrid/kernel';
import type { TariffDocument, TariffElementDocument } from '@roamgrid/tariff';
import { resolveSchedule } from './resolve-schedule.js';
import { energyBandsOf, type EnergyBand, type LoadBand, type Schedule } from './schedule.js';

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1_440;
const MS_PER_DAY = 86_400_000;
/** A tariff has 500 elements at most; what is further ahead is resolved when the tariff is renewed. */
const MOST_EXCEPTIONS = 400;

/** A stretch of one local day in which the load is not normal. */
export interface LoadSpan {
  /** local days since 1970-01-01 */
  readonly day: number;
  readonly startMinute: number;
  /** exclusive, up to 1440 */
  readonly endMinute: number;
  readonly loadBand: LoadBand;
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * MINUTES_PER_HOUR + minute;
}

function timeOf(minute: number): string {
  const hour = floorQuotient(minute, MINUTES_PER_HOUR) % 24;
  const parts = [hour, minute % MINUTES_PER_HOUR];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The stretches of a day that a band of the schedule takes up; two where it runs over midnight. */
function stretchesOf({ startTime, endTime }: Pick<EnergyBand, 'startTime' | 'endTime'>) {
  const [start, end] = [minuteOf(startTime), minuteOf(endTime)];
  if (start === end) return [[0, MINUTES_PER_DAY] as const];
  if (end > start) return [[start, end] as const];
  return [[0, end] as const, [start, MINUTES_PER_DAY] as const].filter(([from, to]) => from < to);
}

function dateOf(day: number): string {
  return formatInstant(day * MS_PER_DAY).slice(0, 'YYYY-MM-DD'.length);
}

function exceptionsOf(
  { startTime, endTime, component }: EnergyBand,
  span: LoadSpan,
  schedule: Schedule,
): TariffElementDocument[] {
  const priceIn = (loadBand: LoadBand): string | undefined =>
    schedule.find(
      (band) =>
        band.startTime === startTime && band.endTime === endTime && band.loadBand === loadBand,
    )?.pricePerKwh;
  const price = priceIn(span.loadBand);
  if (price === undefined || price === priceIn('normal')) return [];
  return stretchesOf({ startTime, endTime }).flatMap(([from, to]): TariffElementDocument[] => {
    const start = Math.max(from, span.startMinute);
    const end = Math.min(to, span.endMinute);
    if (start >= end) return [];
    return [
      {
        price_components: [{ ...component, price }],
        restrictions: {
          start_time: timeOf(start),
          end_time: timeOf(end),
          start_date: dateOf(span.day),
          end_date: dateOf(span.day + 1),
        },
      },
    ];
  });
}

/**
 * One plain OCPI tariff by date and time: where the load is not normal the schedule's price of that load, on
 * that day and at that time; else what {@link resolveSchedule} says. A price that load does not change is
 * not said twice.
 *
 * @param spans ascending, of the time zone of the stations
 * @throws RoamgridError `price_unknown` where the schedule has no price for a time band of the base
 */
export function resolveWithLoad(
  schedule: Schedule,
  base: TariffDocument,
  spans: readonly LoadSpan[],
): TariffDocument {
  const normal = resolveSchedule(schedule, base);
  const bands = energyBandsOf(base) ?? [];
  const exceptions = spans
    .flatMap((span) => bands.flatMap((band) => exceptionsOf(band, span, schedule)))
    .slice(0, MOST_EXCEPTIONS);
  return { ...normal, elements: [...exceptions, ...normal.elements] };
}
