import type { CurrencyCode, EnergyMilliWh, InstantMs, PriceMicros } from '@roamgrid/kernel';
import type { Dimension } from './tariff-document.js';

/** One tax on a price; the percentage in millionths of a percent: 7.25 % is 7 250 000. */
export interface Tax {
  readonly name: string;
  readonly percentMicros: bigint;
}

export interface PriceComponent {
  /** position of this component among all components of its tariff */
  readonly index: number;
  readonly elementIndex: number;
  readonly dimension: Dimension;
  /** true where the element prices a reservation and not a charge */
  readonly reservation: boolean;
  /** per kWh, per hour or per session, without tax */
  readonly priceMicros: PriceMicros;
  /** mWh for ENERGY, seconds for TIME and PARKING_TIME, 1 for FLAT */
  readonly step: bigint;
  readonly taxes: readonly Tax[];
  /** equal for components that bear the same list of taxes */
  readonly taxCategory: string;
}

/** All that are present must hold. Lower bounds are inclusive, upper bounds exclusive. */
export interface Restrictions {
  readonly startSecondOfDay?: number;
  /** 1…86400; not above `startSecondOfDay` where the span runs over midnight */
  readonly endSecondOfDay?: number;
  /** local days since 1970-01-01 */
  readonly startDay?: number;
  readonly endDay?: number;
  readonly minEnergyMilliWh?: EnergyMilliWh;
  readonly maxEnergyMilliWh?: EnergyMilliWh;
  readonly minCurrentMilliA?: bigint;
  readonly maxCurrentMilliA?: bigint;
  readonly minPowerMilliW?: bigint;
  readonly maxPowerMilliW?: bigint;
  readonly minDurationSeconds?: number;
  readonly maxDurationSeconds?: number;
  /** seven flags, Monday first */
  readonly daysOfWeek?: readonly boolean[];
  readonly reservation?: 'RESERVATION' | 'RESERVATION_EXPIRES';
}

export interface TariffElement {
  readonly index: number;
  readonly components: readonly PriceComponent[];
  readonly restrictions: Restrictions;
  /** some restriction other than `reservation` is present */
  readonly restricted: boolean;
}

export interface PriceLimit {
  readonly exclTaxMicros: PriceMicros;
  readonly inclTaxMicros?: PriceMicros;
}

/** Where another component may become the active one; each list ascending and without repetition. */
export interface TariffBoundaries {
  readonly secondsOfDay: readonly number[];
  readonly durationsSeconds: readonly number[];
  readonly energiesMilliWh: readonly EnergyMilliWh[];
}

/** A tariff made ready for rating by `parseTariff`; compile once, rate often. */
export interface Tariff {
  readonly countryCode: string;
  readonly partyId: string;
  readonly id: string;
  readonly currency: CurrencyCode;
  readonly elements: readonly TariffElement[];
  /** of all elements, in the order of their `index` */
  readonly components: readonly PriceComponent[];
  readonly minPrice?: PriceLimit;
  readonly maxPrice?: PriceLimit;
  readonly validFromMs?: InstantMs;
  readonly validUntilMs?: InstantMs;
  readonly boundaries: TariffBoundaries;
  readonly restrictsCurrent: boolean;
  readonly restrictsPower: boolean;
}

/** Whether a session that starts at the instant may be priced with the tariff (from incl., until excl.). */
export function isTariffValidAt(tariff: Tariff, instantMs: InstantMs): boolean {
  return (
    (tariff.validFromMs === undefined || instantMs >= tariff.validFromMs) &&
    (tariff.validUntilMs === undefined || instantMs < tariff.validUntilMs)
  );
}
