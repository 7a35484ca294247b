import { divideBy, MICROS_PER_UNIT, type RoundingPolicy } from '@roamgrid/kernel';
import type { Tax } from '@roamgrid/tariff';
import type { RatedLine, RatedTax } from './rating.js';

/** 100 % in the scale of `percentMicros`. */
export const WHOLE_PERCENT_MICROS = 100n * MICROS_PER_UNIT;

/** Each tax of each tax category once, on the category's rounded lines. */
export function sumTaxes(lines: readonly RatedLine[], rounding: RoundingPolicy): RatedTax[] {
  const categories = new Map<string, { taxes: readonly Tax[]; baseMinor: bigint }>();
  for (const line of lines) {
    const category = categories.get(line.taxCategory);
    if (category === undefined) {
      categories.set(line.taxCategory, { taxes: line.taxes, baseMinor: line.amountMinor });
    } else {
      category.baseMinor += line.amountMinor;
    }
  }
  return [...categories.values()].flatMap(({ taxes, baseMinor }) =>
    taxes.map(({ name, percentMicros }) => ({
      name,
      percentMicros,
      baseMinor,
      amountMinor: divideBy(rounding, baseMinor * percentMicros, WHOLE_PERCENT_MICROS),
    })),
  );
}
