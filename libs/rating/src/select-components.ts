import type { EnergyMilliWh } from '@roamgrid/kernel';
import type { PriceComponent, Restrictions, Tariff } from '@roamgrid/tariff';
import type { LocalTime } from './local-clock.js';
import type { Load } from './read-load.js';
import type { Activity } from './metering.js';

/** Everything that a restriction may ask about. */
export interface Moment {
  readonly activity: Activity;
  /** absent where no restriction of the tariff asks for local time */
  readonly local: LocalTime | undefined;
  readonly elapsedMs: number;
  readonly energyMilliWh: EnergyMilliWh;
  readonly load: Load;
}

/** The component that prices each dimension; an absent dimension is free. */
export interface ActiveComponents {
  energy: PriceComponent | undefined;
  flat: PriceComponent | undefined;
  parkingTime: PriceComponent | undefined;
  time: PriceComponent | undefined;
}

const MS_PER_SECOND = 1_000;

function holdsByCalendar(restrictions: Restrictions, local: LocalTime): boolean {
  const {
    startSecondOfDay: start,
    endSecondOfDay: end,
    startDay,
    endDay,
    daysOfWeek,
  } = restrictions;
  if (startDay !== undefined && local.day < startDay) return false;
  if (endDay !== undefined && local.day >= endDay) return false;
  if (daysOfWeek !== undefined && daysOfWeek[local.weekday] !== true) return false;
  const started = start === undefined || local.secondOfDay >= start;
  const notEnded = end === undefined || local.secondOfDay < end;
  const overMidnight = start !== undefined && end !== undefined && end <= start;
  return overMidnight ? started || notEnded : started && notEnded;
}

/** OCPI: from the lower bound on (inclusive), up to the upper (exclusive); unknown does not restrict. */
function holdsByLoad(restrictions: Restrictions, load: Load): boolean {
  const { minCurrentMilliA, maxCurrentMilliA, minPowerMilliW, maxPowerMilliW } = restrictions;
  const reaches = (peak: bigint | undefined, bound: bigint | undefined): boolean =>
    bound === undefined || peak === undefined || peak >= bound;
  const staysBelow = (trough: bigint | undefined, bound: bigint | undefined): boolean =>
    bound === undefined || trough === undefined || trough < bound;
  return (
    reaches(load.maxCurrentMilliA, minCurrentMilliA) &&
    staysBelow(load.minCurrentMilliA, maxCurrentMilliA) &&
    reaches(load.maxPowerMilliW, minPowerMilliW) &&
    staysBelow(load.minPowerMilliW, maxPowerMilliW)
  );
}

function holdsByProgress(restrictions: Restrictions, moment: Moment): boolean {
  const { minEnergyMilliWh, maxEnergyMilliWh, minDurationSeconds, maxDurationSeconds } =
    restrictions;
  if (minEnergyMilliWh !== undefined && moment.energyMilliWh < minEnergyMilliWh) return false;
  if (maxEnergyMilliWh !== undefined && moment.energyMilliWh >= maxEnergyMilliWh) return false;
  if (minDurationSeconds !== undefined && moment.elapsedMs < minDurationSeconds * MS_PER_SECOND) {
    return false;
  }
  return maxDurationSeconds === undefined || moment.elapsedMs < maxDurationSeconds * MS_PER_SECOND;
}

function holds(restrictions: Restrictions, moment: Moment): boolean {
  return (
    (moment.local === undefined || holdsByCalendar(restrictions, moment.local)) &&
    holdsByProgress(restrictions, moment) &&
    holdsByLoad(restrictions, moment.load)
  );
}

function take(active: ActiveComponents, component: PriceComponent): void {
  switch (component.dimension) {
    case 'ENERGY':
      active.energy ??= component;
      return;
    case 'FLAT':
      active.flat ??= component;
      return;
    case 'PARKING_TIME':
      active.parkingTime ??= component;
      return;
    case 'TIME':
      active.time ??= component;
      return;
  }
}

function takeMatching(
  tariff: Tariff,
  moment: Moment,
  reservation: Restrictions['reservation'],
  active: ActiveComponents,
): void {
  for (const element of tariff.elements) {
    if (element.restrictions.reservation !== reservation) continue;
    if (!element.restricted || holds(element.restrictions, moment)) {
      for (const component of element.components) take(active, component);
    }
  }
}

/** Per dimension the first element, in the tariff's order, that prices it and whose restrictions all hold. */
export function selectComponents(tariff: Tariff, moment: Moment): ActiveComponents {
  const active: ActiveComponents = {
    energy: undefined,
    flat: undefined,
    parkingTime: undefined,
    time: undefined,
  };
  switch (moment.activity) {
    case 'charging':
    case 'parking':
      takeMatching(tariff, moment, undefined, active);
      return active;
    case 'reservation':
      takeMatching(tariff, moment, 'RESERVATION', active);
      return active;
    case 'reservationExpired':
      // An expired reservation is still a reservation, but its own elements go before.
      takeMatching(tariff, moment, 'RESERVATION_EXPIRES', active);
      takeMatching(tariff, moment, 'RESERVATION', active);
      return active;
  }
}
