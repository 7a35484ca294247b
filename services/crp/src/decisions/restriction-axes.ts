import { floorQuotient, formatDecimalShort, formatInstant, toSafeInteger } from '@roamgrid/kernel';
import { DAYS_OF_WEEK, type Restrictions } from '@roamgrid/tariff';

const DAYS_PER_WEEK = 7;
const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
const MS_PER_DAY = 86_400_000;
const MILLI_WH_PER_KWH_DIGITS = 6;
const MILLI_W_PER_KW_DIGITS = 6;
const MILLI_A_PER_A_DIGITS = 3;

/** Local days since 1970-01-01, both inclusive; `last` is null for a tariff without an end. */
export interface Days {
  readonly first: number;
  readonly last: number | null;
}

type Bound = bigint | number | undefined;

/** Something that restrictions ask about. A price holds where it holds on every axis. */
export interface Axis {
  /** the members of OCPI's restrictions that ask */
  readonly members: readonly string[];
  restricts(restrictions: Restrictions): boolean;
  /** where the restriction begins or ceases to hold */
  turns(restrictions: Restrictions): readonly Bound[];
  holds(restrictions: Restrictions, at: bigint): boolean;
  /** one value of each stretch over which no restriction changes its mind */
  values(turns: readonly bigint[]): readonly bigint[];
  /** as a person says it */
  tell(at: bigint): string;
}

/** A quantity that begins at zero: from the lower bound on (inclusive), up to the upper (exclusive). */
function quantity(
  members: readonly [string, string],
  boundsOf: (restrictions: Restrictions) => readonly [Bound, Bound],
  tell: (at: bigint) => string,
): Axis {
  return {
    members,
    tell,
    restricts: (restrictions) => boundsOf(restrictions).some((bound) => bound !== undefined),
    turns: boundsOf,
    holds(restrictions, at) {
      const [least, limit] = boundsOf(restrictions);
      return (least === undefined || at >= least) && (limit === undefined || at < limit);
    },
    values: (turns) => [0n, ...turns],
  };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function timeText(secondOfDay: bigint): string {
  const minute = floorQuotient(toSafeInteger(secondOfDay), SECONDS_PER_MINUTE);
  const hour = floorQuotient(minute, MINUTES_PER_HOUR);
  return `${twoDigits(hour)}:${twoDigits(minute % MINUTES_PER_HOUR)}`;
}

const timeOfDay: Axis = {
  members: ['start_time', 'end_time'],
  tell: (at) => `at ${timeText(at)}`,
  restricts: ({ startSecondOfDay, endSecondOfDay }) =>
    (startSecondOfDay ?? endSecondOfDay) !== undefined,
  turns: ({ startSecondOfDay, endSecondOfDay }) => [
    startSecondOfDay,
    endSecondOfDay === undefined ? undefined : endSecondOfDay % SECONDS_PER_DAY,
  ],
  holds({ startSecondOfDay: start, endSecondOfDay: end }, at) {
    const hasStarted = start === undefined || at >= start;
    const hasNotEnded = end === undefined || at < end;
    const isOverMidnight = start !== undefined && end !== undefined && end <= start;
    return isOverMidnight ? hasStarted || hasNotEnded : hasStarted && hasNotEnded;
  },
  values: (turns) => [0n, ...turns],
};

/** Monday first; 1970-01-01 was a Thursday, the fourth day of its week. */
export function weekdayOf(day: number): number {
  return (((day + 3) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
}

/** Local days, by date and by day of the week: after each turn of the calendar the seven days that follow. */
function calendar({ first, last }: Days): Axis {
  return {
    members: ['start_date', 'end_date', 'day_of_week'],
    tell(at) {
      const day = toSafeInteger(at);
      const weekday = DAYS_OF_WEEK[weekdayOf(day)] ?? '';
      return `on ${weekday} ${formatInstant(day * MS_PER_DAY).slice(0, 'YYYY-MM-DD'.length)}`;
    },
    restricts: ({ startDay, endDay, daysOfWeek }) =>
      startDay !== undefined || endDay !== undefined || daysOfWeek !== undefined,
    turns: ({ startDay, endDay }) => [startDay, endDay],
    holds({ startDay, endDay, daysOfWeek }, at) {
      const isOfTheWeek = daysOfWeek === undefined || daysOfWeek[weekdayOf(toSafeInteger(at))];
      return (
        isOfTheWeek === true &&
        (startDay === undefined || at >= startDay) &&
        (endDay === undefined || at < endDay)
      );
    },
    values(turns) {
      const begins = [BigInt(first), ...turns.filter((turn) => turn > first)];
      return begins
        .flatMap((begin) => DAYS_OF_WEEK.map((_, offset): bigint => begin + BigInt(offset)))
        .filter((day) => last === null || day <= last);
    },
  };
}

const energy = quantity(
  ['min_kwh', 'max_kwh'],
  ({ minEnergyMilliWh, maxEnergyMilliWh }) => [minEnergyMilliWh, maxEnergyMilliWh],
  (at) => `after ${formatDecimalShort(at, MILLI_WH_PER_KWH_DIGITS)} kWh`,
);
const duration = quantity(
  ['min_duration', 'max_duration'],
  ({ minDurationSeconds, maxDurationSeconds }) => [minDurationSeconds, maxDurationSeconds],
  (at) => `after ${String(at)} s`,
);
const current = quantity(
  ['min_current', 'max_current'],
  ({ minCurrentMilliA, maxCurrentMilliA }) => [minCurrentMilliA, maxCurrentMilliA],
  (at) => `with ${formatDecimalShort(at, MILLI_A_PER_A_DIGITS)} A`,
);
const power = quantity(
  ['min_power', 'max_power'],
  ({ minPowerMilliW, maxPowerMilliW }) => [minPowerMilliW, maxPowerMilliW],
  (at) => `with ${formatDecimalShort(at, MILLI_W_PER_KW_DIGITS)} kW`,
);

/** All that a price of a charge may be restricted by, within the days that the tariff is for. */
export function axesWithin(days: Days): readonly Axis[] {
  return [calendar(days), timeOfDay, energy, duration, current, power];
}
