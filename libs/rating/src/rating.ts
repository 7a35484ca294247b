import type {
  CurrencyCode,
  EnergyMilliWh,
  InstantMs,
  PriceMicros,
  RoundingPolicy,
} from '@roamgrid/kernel';
import type { Dimension, Tariff, Tax } from '@roamgrid/tariff';

export type LineComponent = Dimension | 'MIN_PRICE' | 'MAX_PRICE';
/** mWh priced per kWh, s priced per hour, session priced once */
export type QuantityUnit = 'mWh' | 's' | 'session';

/** A stretch of the session and what of a line's quantity was measured in it. */
export interface LineEvidence {
  readonly startMs: InstantMs;
  readonly endMs: InstantMs;
  readonly quantity: bigint;
}

/** One tariff element's component, summed over the session and rounded once. */
export interface RatedLine {
  /** position of the element in the tariff; −1 for the adjustment to a minimum or maximum price */
  readonly elementIndex: number;
  readonly component: LineComponent;
  readonly reservation: boolean;
  readonly description: string;
  readonly unit: QuantityUnit;
  /** metered quantity plus `stepExtra` */
  readonly quantity: bigint;
  /** what the tariff's step size added */
  readonly stepExtra: bigint;
  readonly unitPriceMicros: PriceMicros;
  readonly taxes: readonly Tax[];
  readonly taxCategory: string;
  /** without tax */
  readonly amountMinor: bigint;
  readonly evidence: readonly LineEvidence[];
}

/** One tax on all lines of one tax category, rounded once. */
export interface RatedTax {
  readonly name: string;
  /** absent on the tax of an adjustment, which follows from the limit and not from a percentage */
  readonly percentMicros?: bigint;
  readonly baseMinor: bigint;
  readonly amountMinor: bigint;
}

/** What a session costs and why. Σ lines = totalExclTaxMinor, Σ taxes = taxMinor. */
export interface Rating {
  readonly tariff: Tariff;
  readonly currency: CurrencyCode;
  readonly rounding: RoundingPolicy;
  readonly lines: readonly RatedLine[];
  readonly taxes: readonly RatedTax[];
  readonly totalExclTaxMinor: bigint;
  readonly taxMinor: bigint;
  readonly totalInclTaxMinor: bigint;
  /** all energy of the session after its step, also where it was free */
  readonly billedEnergyMilliWh: EnergyMilliWh;
  /** charging and parking after their steps, also where they were free; no reservation */
  readonly billedTimeSeconds: bigint;
  /** some component of the tariff was active; where none was, the session is free of any limit too */
  readonly priced: boolean;
}
