import type {
  PriceComponentDocument,
  RestrictionsDocument,
  TariffDocument,
} from '@roamgrid/tariff';

export const LOAD_BANDS = ['low', 'normal', 'high'] as const;
export type LoadBand = (typeof LOAD_BANDS)[number];

/** One price of the schedule; from `startTime` to `endTime` local time, `00:00`–`00:00` all day. */
export interface ScheduleBand {
  readonly startTime: string;
  readonly endTime: string;
  readonly loadBand: LoadBand;
  /** decimal text, per kWh, without tax */
  readonly pricePerKwh: string;
}
export type Schedule = readonly ScheduleBand[];

/** A span of the day with the base tariff's own energy price in it. */
export interface EnergyBand {
  readonly startTime: string;
  readonly endTime: string;
  readonly component: PriceComponentDocument;
}

interface TimedComponent {
  readonly startMinute: number;
  /** not above `startMinute` where the span runs over midnight */
  readonly endMinute: number;
  readonly component: PriceComponentDocument;
}

const MINUTES_PER_DAY = 1_440;
const TIME_ONLY: readonly string[] = ['start_time', 'end_time'];

/** Minutes after midnight of `HH:MM`. */
export function minuteOfDay(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':');
  return Number(hour) * 60 + Number(minute);
}

function timeOfDay(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const ofDay = minute % MINUTES_PER_DAY;
  return `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
}

/** Whether the minute lies in a span of the day that may run over midnight. */
export function spanHolds(startMinute: number, endMinute: number, minute: number): boolean {
  return endMinute > startMinute
    ? minute >= startMinute && minute < endMinute
    : minute >= startMinute || minute < endMinute;
}

function restrictsMoreThanTime(restrictions: RestrictionsDocument): boolean {
  return Object.entries(restrictions).some(
    ([name, value]) => value !== undefined && !TIME_ONLY.includes(name),
  );
}

/** Null where energy depends on more than the time of day. */
function timedComponents(base: TariffDocument): TimedComponent[] | null {
  const timed: TimedComponent[] = [];
  for (const element of base.elements) {
    const component = element.price_components.find(({ type }) => type === 'ENERGY');
    if (component === undefined) continue;
    const restrictions = element.restrictions ?? {};
    if (restrictsMoreThanTime(restrictions)) return null;
    timed.push({
      component,
      startMinute: minuteOfDay(restrictions.start_time ?? '00:00'),
      endMinute: minuteOfDay(restrictions.end_time ?? '00:00') || MINUTES_PER_DAY,
    });
  }
  return timed;
}

function joinOverMidnight(bands: EnergyBand[]): EnergyBand[] {
  const [first, ...rest] = bands;
  const last = rest.at(-1);
  if (first === undefined || last?.component !== first.component) return bands;
  return [...rest.slice(0, -1), { ...last, endTime: first.endTime }];
}

/**
 * The energy prices of a tariff over one day, each minute in exactly one band: of two elements that
 * overlap the first one counts, as in OCPI.
 *
 * @returns null where the day is not covered, or where energy depends on more than the time of day
 */
export function energyBandsOf(base: TariffDocument): readonly EnergyBand[] | null {
  const timed = timedComponents(base);
  if (timed === null) return null;
  const cuts = [0, ...timed.flatMap(({ startMinute, endMinute }) => [startMinute, endMinute])]
    .filter((minute) => minute < MINUTES_PER_DAY)
    .sort((left, right) => left - right);
  const bands: EnergyBand[] = [];
  for (const start of new Set(cuts)) {
    const end = cuts.find((cut) => cut > start) ?? MINUTES_PER_DAY;
    const found = timed.find((one) => spanHolds(one.startMinute, one.endMinute, start));
    if (found === undefined) return null;
    const before = bands.at(-1);
    const endTime = timeOfDay(end);
    if (before?.component === found.component) bands[bands.length - 1] = { ...before, endTime };
    else bands.push({ startTime: timeOfDay(start), endTime, component: found.component });
  }
  return joinOverMidnight(bands);
}

/**
 * The energy prices of a tariff as a schedule: each time band at the same price in all load bands,
 * since a tariff knows no load.
 *
 * @returns null where no schedule says the same as the tariff; there is nothing to bargain then
 */
export function scheduleOf(base: TariffDocument): Schedule | null {
  const bands = energyBandsOf(base);
  if (bands === null) return null;
  return bands.flatMap(({ startTime, endTime, component }) =>
    LOAD_BANDS.map((loadBand) => ({
      startTime,
      endTime,
      loadBand,
      pricePerKwh: component.price,
    })),
  );
}
