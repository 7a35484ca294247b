import type { EnergyMilliWh, InstantMs, RoundingPolicy } from '@roamgrid/kernel';
import type { Tariff } from '@roamgrid/tariff';

/** From an instant on, local time = UTC + offsetSeconds, until the next entry. */
export interface UtcOffset {
  readonly from: InstantMs;
  readonly offsetSeconds: number;
}

/** `parking` is connected with no energy flowing; a reservation lies before the charge. */
export type Activity = 'charging' | 'parking' | 'reservation' | 'reservationExpired';

/** Quantities that somebody else measured, where they need not equal the period's length. */
export interface PeriodVolumes {
  readonly chargingSeconds?: number;
  readonly parkingSeconds?: number;
  readonly reservationSeconds?: number;
}

/** One stretch of a session, `endMs` exclusive. Periods follow each other; gaps are billed as nothing. */
export interface MeteredPeriod {
  readonly startMs: InstantMs;
  readonly endMs: InstantMs;
  readonly energyMilliWh: EnergyMilliWh;
  readonly activity: Activity;
  /** sum over all phases; needed only where the tariff has current restrictions */
  readonly minCurrentMilliA?: bigint;
  readonly maxCurrentMilliA?: bigint;
  /** needed only where the tariff has power restrictions; else the period's average is taken */
  readonly minPowerMilliW?: bigint;
  readonly maxPowerMilliW?: bigint;
  /** only with `asGiven`: used in place of the period's length */
  readonly volumes?: PeriodVolumes;
}

export interface RatingInput {
  readonly tariff: Tariff;
  readonly periods: readonly MeteredPeriod[];
  /** ascending; the first entry covers the first period's start */
  readonly utcOffsets: readonly UtcOffset[];
  readonly rounding: RoundingPolicy;
  /**
   * `splitAtTariffBoundaries`: a period over a boundary of the tariff is cut there, its energy spread evenly
   * over its time. `asGiven`: every period is priced by its start, as OCPI charging periods are.
   */
  readonly boundaries: 'splitAtTariffBoundaries' | 'asGiven';
}
