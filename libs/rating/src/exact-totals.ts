import {
  addFractions,
  compareFractions,
  fraction,
  MICROS_PER_UNIT,
  multiplyFractions,
  ZERO,
  type Fraction,
} from '@roamgrid/kernel';
import type { PriceLimit } from '@roamgrid/tariff';
import { quantityPerPrice } from './price-line.js';
import type { RatedLine, Rating } from './rating.js';
import { WHOLE_PERCENT_MICROS } from './sum-taxes.js';

export interface ExactLine {
  readonly exclTax: Fraction;
  readonly inclTax: Fraction;
}

/** The same rating before any rounding, in units of the currency. */
export interface ExactTotals {
  /** beside `rating.lines`, without adjustments */
  readonly lines: readonly ExactLine[];
  readonly totalExclTax: Fraction;
  readonly totalInclTax: Fraction;
}

function exactLine(line: RatedLine): ExactLine {
  const exclTax = fraction(
    line.quantity * line.unitPriceMicros,
    quantityPerPrice(line.unit) * MICROS_PER_UNIT,
  );
  const percentMicros = line.taxes.reduce((sum, tax) => sum + tax.percentMicros, 0n);
  const factor = fraction(WHOLE_PERCENT_MICROS + percentMicros, WHOLE_PERCENT_MICROS);
  return { exclTax, inclTax: multiplyFractions(exclTax, factor) };
}

/** Without a limit including tax, the total including tax moves in proportion. */
function proportional(total: ExactLine, exclTax: Fraction): Fraction {
  if (total.exclTax.numerator === 0n) return exclTax;
  const inverse = { numerator: total.exclTax.denominator, denominator: total.exclTax.numerator };
  return multiplyFractions(exclTax, multiplyFractions(total.inclTax, inverse));
}

function hold(total: ExactLine, limit: PriceLimit | undefined, sign: 1 | -1): ExactLine {
  if (limit === undefined) return total;
  const held = (actual: Fraction, boundMicros: bigint): Fraction => {
    const bound = fraction(boundMicros, MICROS_PER_UNIT);
    return compareFractions(actual, bound) * sign < 0 ? bound : actual;
  };
  const exclTax = held(total.exclTax, limit.exclTaxMicros);
  const inclTax =
    limit.inclTaxMicros === undefined
      ? proportional(total, exclTax)
      : held(total.inclTax, limit.inclTaxMicros);
  return { exclTax, inclTax };
}

/** Recomputes a rating's amounts without rounding, limits applied to the exact sums. */
export function exactTotals(rating: Rating): ExactTotals {
  const lines = rating.lines.filter((line) => line.elementIndex >= 0).map(exactLine);
  let total: ExactLine = { exclTax: ZERO, inclTax: ZERO };
  for (const line of lines) {
    total = {
      exclTax: addFractions(total.exclTax, line.exclTax),
      inclTax: addFractions(total.inclTax, line.inclTax),
    };
  }
  if (rating.priced) {
    total = hold(total, rating.tariff.minPrice, 1);
    total = hold(total, rating.tariff.maxPrice, -1);
  }
  return { lines, totalExclTax: total.exclTax, totalInclTax: total.inclTax };
}
