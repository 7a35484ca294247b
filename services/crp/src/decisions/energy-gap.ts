import { floorQuotient, type InstantMs } from '@roamgrid/kernel';
import { rate } from '@roamgrid/rating';
import { DAYS_OF_WEEK, type Tariff } from '@roamgrid/tariff';

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1_440;
const MS_PER_DAY = MINUTES_PER_DAY * MS_PER_MINUTE;
const DAYS_PER_WEEK = 7;
/** a tenth of a kilowatt-hour: any energy above zero makes a line */
const PROBE_MILLI_WH = 100_000n;

/** A local minute at which a charge would get its energy for nothing. */
export interface EnergyGap {
  readonly day: (typeof DAYS_OF_WEEK)[number];
  /** HH:MM */
  readonly timeOfDay: string;
}

function pricesEnergyAt(tariff: Tariff, startMs: InstantMs): boolean {
  const { lines } = rate({
    tariff,
    periods: [
      {
        startMs,
        endMs: startMs + MS_PER_MINUTE,
        energyMilliWh: PROBE_MILLI_WH,
        activity: 'charging',
      },
    ],
    utcOffsets: [{ from: startMs, offsetSeconds: 0 }],
    rounding: 'halfUp',
    // Priced by its start: the question is what holds at this minute, whatever the current or power.
    boundaries: 'asGiven',
  });
  return lines.some((line) => line.component === 'ENERGY');
}

/** Monday first, as the days of a week are listed; 1970-01-01 was a Thursday. */
function dayOfWeek(instantMs: InstantMs): EnergyGap['day'] | undefined {
  return DAYS_OF_WEEK[(floorQuotient(instantMs, MS_PER_DAY) + 3) % DAYS_PER_WEEK];
}

function timeOfDay(minuteOfDay: number): string {
  const hour = floorQuotient(minuteOfDay, MINUTES_PER_HOUR);
  const minute = minuteOfDay % MINUTES_PER_HOUR;
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * The first minute, in the week that begins with the day of `fromMs`, whose energy the tariff does not price;
 * null where it prices all. A price of 0 is a price. Only the beginning of a charge is asked about: elements
 * bounded by energy, duration, current or power count where they hold then.
 */
export function findEnergyGap(tariff: Tariff, fromMs: InstantMs): EnergyGap | null {
  const firstMs = floorQuotient(fromMs, MS_PER_DAY) * MS_PER_DAY;
  for (let minute = 0; minute < DAYS_PER_WEEK * MINUTES_PER_DAY; minute += 1) {
    const atMs = firstMs + minute * MS_PER_MINUTE;
    if (pricesEnergyAt(tariff, atMs)) continue;
    const day = dayOfWeek(atMs);
    if (day === undefined) throw new RangeError('a day lies outside its week');
    return { day, timeOfDay: timeOfDay(minute % MINUTES_PER_DAY) };
  }
  return null;
}
