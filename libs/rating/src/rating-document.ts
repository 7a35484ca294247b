import {
  formatDecimalShort,
  formatEnergyKwh,
  formatEnergyWh,
  formatInstant,
  formatMoney,
  formatPriceMicros,
  fraction,
  roundFraction,
  type CurrencyCode,
} from '@roamgrid/kernel';
import type { Tax } from '@roamgrid/tariff';
import type { LineComponent, QuantityUnit, RatedLine, RatedTax, Rating } from './rating.js';

const HOUR_DIGITS = 6;

/** `name` and percentage (`"7.25"`). */
export interface TaxDocument {
  readonly name: string;
  readonly percentage: string;
}

/** A quantity as people read it; where it is time or energy also as the integer it was computed from. */
interface QuantityDocument {
  /** kWh, hours (rounded for reading) or 1 */
  readonly quantity: string;
  readonly quantityWh?: string;
  readonly quantitySeconds?: string;
}

export interface LineDocument extends QuantityDocument {
  readonly description: string;
  readonly component: LineComponent;
  /** position of the tariff element; −1 for an adjustment */
  readonly element: number;
  readonly reservation?: true;
  readonly unit: 'kWh' | 'h' | 'session';
  /** what the step size added, in the unit of `quantityWh` or `quantitySeconds` */
  readonly stepExtra?: string;
  readonly unitPrice: string;
  readonly taxes?: readonly TaxDocument[];
  readonly amount: string;
  readonly rounding: string;
  readonly periods: readonly (QuantityDocument & {
    readonly startAt: string;
    readonly endAt: string;
  })[];
}

export interface TaxLineDocument {
  readonly name: string;
  readonly percentage?: string;
  readonly base: string;
  readonly amount: string;
}

export interface RatingDocument {
  readonly currency: CurrencyCode;
  readonly tariffId: string;
  readonly lines: readonly LineDocument[];
  readonly taxes: readonly TaxLineDocument[];
  readonly billedEnergyKwh: string;
  readonly billedTimeSeconds: string;
  readonly totalExclTax: string;
  readonly tax: string;
  readonly totalInclTax: string;
}

export function formatPercentMicros(percentMicros: bigint): string {
  return formatDecimalShort(percentMicros, 6);
}

/** Seconds as hours for reading; amounts are computed from the seconds. */
export function formatHours(seconds: bigint): string {
  const hours = roundFraction(fraction(seconds, 3_600n), HOUR_DIGITS, 'halfUp');
  return formatDecimalShort(hours, HOUR_DIGITS, 2);
}

export function quantityToDocument(unit: QuantityUnit, quantity: bigint): QuantityDocument {
  switch (unit) {
    case 'mWh':
      return { quantity: formatEnergyKwh(quantity), quantityWh: formatEnergyWh(quantity) };
    case 's':
      return { quantity: formatHours(quantity), quantitySeconds: String(quantity) };
    case 'session':
      return { quantity: String(quantity) };
  }
}

export function displayUnit(unit: QuantityUnit): 'kWh' | 'h' | 'session' {
  return unit === 'mWh' ? 'kWh' : unit === 's' ? 'h' : 'session';
}

export function taxesToDocument(taxes: readonly Tax[]): TaxDocument[] {
  return taxes.map(({ name, percentMicros }) => ({
    name,
    percentage: formatPercentMicros(percentMicros),
  }));
}

function stepExtraToDocument(line: RatedLine): { stepExtra?: string } {
  if (line.stepExtra === 0n) return {};
  const { unit, stepExtra } = line;
  return { stepExtra: unit === 'mWh' ? formatEnergyWh(stepExtra) : String(stepExtra) };
}

function lineToDocument(line: RatedLine, rating: Rating): LineDocument {
  return {
    description: line.description,
    component: line.component,
    element: line.elementIndex,
    ...(line.reservation ? { reservation: true } : {}),
    ...quantityToDocument(line.unit, line.quantity),
    unit: displayUnit(line.unit),
    ...stepExtraToDocument(line),
    unitPrice: formatPriceMicros(line.unitPriceMicros),
    ...(line.taxes.length === 0 ? {} : { taxes: taxesToDocument(line.taxes) }),
    amount: formatMoney({ currency: rating.currency, minor: line.amountMinor }),
    rounding: rating.rounding,
    periods: line.evidence.map(({ startMs, endMs, quantity }) => ({
      startAt: formatInstant(startMs),
      endAt: formatInstant(endMs),
      ...quantityToDocument(line.unit, quantity),
    })),
  };
}

function taxToDocument(tax: RatedTax, currency: CurrencyCode): TaxLineDocument {
  return {
    name: tax.name,
    ...(tax.percentMicros === undefined
      ? {}
      : { percentage: formatPercentMicros(tax.percentMicros) }),
    base: formatMoney({ currency, minor: tax.baseMinor }),
    amount: formatMoney({ currency, minor: tax.amountMinor }),
  };
}

/** A rating as JSON for documents: every figure a decimal string, the same bytes for the same rating. */
export function ratingToDocument(rating: Rating): RatingDocument {
  const { currency } = rating;
  const money = (minor: bigint): string => formatMoney({ currency, minor });
  return {
    currency,
    tariffId: rating.tariff.id,
    lines: rating.lines.map((line) => lineToDocument(line, rating)),
    taxes: rating.taxes.map((tax) => taxToDocument(tax, currency)),
    billedEnergyKwh: formatEnergyKwh(rating.billedEnergyMilliWh),
    billedTimeSeconds: String(rating.billedTimeSeconds),
    totalExclTax: money(rating.totalExclTaxMinor),
    tax: money(rating.taxMinor),
    totalInclTax: money(rating.totalInclTaxMinor),
  };
}
