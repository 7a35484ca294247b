import { divideBy, microsPerMinor, type CurrencyCode, type RoundingPolicy } from '@roamgrid/kernel';
import type { PriceLimit, Tariff } from '@roamgrid/tariff';
import type { RatedLine, RatedTax } from './rating.js';

/** What a limit changes: one line without tax, and the tax that belongs to it. */
export interface Adjustment {
  readonly line: RatedLine;
  readonly tax: RatedTax;
}

interface Totals {
  readonly exclTaxMinor: bigint;
  readonly taxMinor: bigint;
}

interface LimitMinor {
  readonly exclTaxMinor: bigint;
  readonly inclTaxMinor: bigint | undefined;
}

function toMinor(limit: PriceLimit, currency: CurrencyCode, rounding: RoundingPolicy): LimitMinor {
  const minor = (micros: bigint): bigint => divideBy(rounding, micros, microsPerMinor(currency));
  return {
    exclTaxMinor: minor(limit.exclTaxMicros),
    inclTaxMinor: limit.inclTaxMicros === undefined ? undefined : minor(limit.inclTaxMicros),
  };
}

/** A limit without an amount including tax bears the average tax of what it adjusts. */
function averageTax(totals: Totals, exclTaxMinor: bigint, rounding: RoundingPolicy): bigint {
  return totals.exclTaxMinor === 0n
    ? 0n
    : divideBy(rounding, totals.taxMinor * exclTaxMinor, totals.exclTaxMinor);
}

function adjust(
  component: 'MIN_PRICE' | 'MAX_PRICE',
  totals: Totals,
  limit: LimitMinor,
  unitPriceMicros: bigint,
  rounding: RoundingPolicy,
): Adjustment | undefined {
  const held = (actual: bigint, bound: bigint): bigint =>
    (component === 'MIN_PRICE' ? actual < bound : actual > bound) ? bound : actual;
  const exclTaxMinor = held(totals.exclTaxMinor, limit.exclTaxMinor);
  const taxMinor =
    limit.inclTaxMinor === undefined
      ? averageTax(totals, exclTaxMinor, rounding)
      : held(totals.exclTaxMinor + totals.taxMinor, limit.inclTaxMinor) - exclTaxMinor;
  const amountMinor = exclTaxMinor - totals.exclTaxMinor;
  const taxChangeMinor = taxMinor - totals.taxMinor;
  if (amountMinor === 0n && taxChangeMinor === 0n) return undefined;
  const description = component === 'MIN_PRICE' ? 'Minimum price' : 'Maximum price';
  return {
    line: {
      elementIndex: -1,
      component,
      reservation: false,
      description,
      unit: 'session',
      quantity: 1n,
      stepExtra: 0n,
      unitPriceMicros,
      taxes: [],
      taxCategory: component,
      amountMinor,
      evidence: [],
    },
    tax: { name: description, baseMinor: amountMinor, amountMinor: taxChangeMinor },
  };
}

/**
 * Holds a session's totals to the tariff's minimum and maximum price. Both limits hold separately without and
 * with tax; so the adjustment's tax is what is missing to the limit with tax, not a percentage of the line.
 */
export function applyLimits(
  tariff: Tariff,
  totals: Totals,
  rounding: RoundingPolicy,
): Adjustment[] {
  const adjustments: Adjustment[] = [];
  let { exclTaxMinor, taxMinor } = totals;
  for (const [component, limit] of [
    ['MIN_PRICE', tariff.minPrice],
    ['MAX_PRICE', tariff.maxPrice],
  ] as const) {
    if (limit === undefined) continue;
    const adjustment = adjust(
      component,
      { exclTaxMinor, taxMinor },
      toMinor(limit, tariff.currency, rounding),
      limit.exclTaxMicros,
      rounding,
    );
    if (adjustment === undefined) continue;
    adjustments.push(adjustment);
    exclTaxMinor += adjustment.line.amountMinor;
    taxMinor += adjustment.tax.amountMinor;
  }
  return adjustments;
}
