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
  readonly startTime: string;
  readonly endTime: string;
  readonly component: PriceComponentDocument;
}

const MIDNIGHT = '00:00';
const TIME_ONLY: readonly string[] = ['start_time', 'end_time'];

/**
 * Whether a time lies in a span of the day that may run over midnight; the same time twice is the
 * whole day. All are `HH:MM`, whose order as text is their order in the day.
 */
export function spanHolds(startTime: string, endTime: string, time: string): boolean {
  return endTime > startTime
    ? time >= startTime && time < endTime
    : time >= startTime || time < endTime;
}

function restrictsMoreThanTime(restrictions: RestrictionsDocument): boolean {
  return Object.keys(restrictions).some((name) => !TIME_ONLY.includes(name));
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
      startTime: restrictions.start_time ?? MIDNIGHT,
      endTime: restrictions.end_time ?? MIDNIGHT,
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
  const times = timed.flatMap(({ startTime, endTime }) => [startTime, endTime]);
  const cuts = [...new Set([MIDNIGHT, ...times])].sort();
  const bands: EnergyBand[] = [];
  for (const [index, startTime] of cuts.entries()) {
    const endTime = cuts[index + 1] ?? MIDNIGHT;
    const found = timed.find((one) => spanHolds(one.startTime, one.endTime, startTime));
    if (found === undefined) return null;
    const before = bands.at(-1);
    if (before?.component === found.component) bands[bands.length - 1] = { ...before, endTime };
    else bands.push({ startTime, endTime, component: found.component });
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
