import { SECONDS_PER_DAY } from './compile-restrictions.js';
import type { Restrictions, TariffBoundaries, TariffElement } from './tariff.js';

function ascending<T extends number | bigint>(values: readonly (T | undefined)[]): T[] {
  const present = values.filter((value): value is T => value !== undefined);
  return [...new Set(present)].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

function secondsOfDay(restrictions: Restrictions): (number | undefined)[] {
  const endsAt = restrictions.endSecondOfDay;
  const followsTheCalendar =
    restrictions.startDay !== undefined ||
    restrictions.endDay !== undefined ||
    restrictions.daysOfWeek !== undefined;
  return [
    restrictions.startSecondOfDay,
    endsAt === undefined ? undefined : endsAt % SECONDS_PER_DAY,
    // An open span (from 18:00, until 06:00) also ends or begins with the day itself.
    followsTheCalendar || (restrictions.startSecondOfDay ?? endsAt) !== undefined ? 0 : undefined,
  ];
}

/** Every time of day, duration and energy at which some restriction begins or ceases to hold. */
export function findBoundaries(elements: readonly TariffElement[]): TariffBoundaries {
  const all = elements.map((element) => element.restrictions);
  return {
    secondsOfDay: ascending(all.flatMap(secondsOfDay)),
    durationsSeconds: ascending(
      all.flatMap((one) => [one.minDurationSeconds, one.maxDurationSeconds]),
    ),
    energiesMilliWh: ascending(all.flatMap((one) => [one.minEnergyMilliWh, one.maxEnergyMilliWh])),
  };
}
