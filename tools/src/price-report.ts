import {
  addFractions,
  compareFractions,
  formatDecimal,
  formatEnergyKwh,
  formatPriceMicros,
  minorDigits,
  roundFraction,
  ZERO,
  type CurrencyCode,
  type Fraction,
} from '@roamgrid/kernel';
import {
  displayUnit,
  exactTotals,
  quantityToDocument,
  taxesToDocument,
  type ExactTotals,
  type RatedLine,
  type Rating,
  type TaxDocument,
} from '@roamgrid/rating';

/** Places for a figure that never ends. */
const ENDLESS_DIGITS = 10;
const ENDING_DIGITS_LIMIT = 30;

export interface PricedLine {
  readonly description: string;
  readonly component: string;
  readonly element: number;
  readonly quantity: string;
  readonly unit: string;
  readonly quantitySeconds?: string;
  readonly unitPrice: string;
  readonly taxes?: readonly TaxDocument[];
  /** exact, without and with tax */
  readonly amount: string;
  readonly amountInclTax: string;
}

export interface PriceReport {
  readonly currency: CurrencyCode;
  readonly lines: readonly PricedLine[];
  readonly billedEnergyKwh: string;
  readonly billedTimeSeconds: number;
  readonly totalExclTax: string;
  readonly totalInclTax: string;
  readonly rounded: { readonly totalExclTax: string; readonly totalInclTax: string };
}

/** All digits of a figure that ends, else ten places; never fewer digits than the currency's minor unit. */
export function formatExact(value: Fraction, currency: CurrencyCode): string {
  for (let digits = minorDigits(currency); digits <= ENDING_DIGITS_LIMIT; digits += 1) {
    if ((value.numerator * 10n ** BigInt(digits)) % value.denominator === 0n) {
      return formatDecimal(roundFraction(value, digits, 'halfUp'), digits);
    }
  }
  return formatDecimal(roundFraction(value, ENDLESS_DIGITS, 'halfUp'), ENDLESS_DIGITS);
}

const negative = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator: -numerator,
  denominator,
});

/** What the tariff's limits add to the exact lines, as one line; none where they change nothing. */
function limitLine(rating: Rating, exact: ExactTotals): PricedLine[] {
  const sum = (pick: 'exclTax' | 'inclTax'): Fraction =>
    exact.lines.reduce((total, line) => addFractions(total, line[pick]), ZERO);
  const exclTax = addFractions(exact.totalExclTax, negative(sum('exclTax')));
  const inclTax = addFractions(exact.totalInclTax, negative(sum('inclTax')));
  const direction = compareFractions(exclTax, ZERO) || compareFractions(inclTax, ZERO);
  if (direction === 0) return [];
  const [component, description, limit] =
    direction > 0
      ? (['MIN_PRICE', 'Minimum price', rating.tariff.minPrice] as const)
      : (['MAX_PRICE', 'Maximum price', rating.tariff.maxPrice] as const);
  return [
    {
      description,
      component,
      element: -1,
      quantity: '1',
      unit: 'session',
      unitPrice: formatPriceMicros(limit?.exclTaxMicros ?? 0n),
      amount: formatExact(exclTax, rating.currency),
      amountInclTax: formatExact(inclTax, rating.currency),
    },
  ];
}

function lineReport(line: RatedLine, exact: ExactTotals['lines'][number], rating: Rating) {
  return {
    description: line.description,
    component: line.component,
    element: line.elementIndex,
    ...quantityToDocument(line.unit, line.quantity),
    unit: displayUnit(line.unit),
    unitPrice: formatPriceMicros(line.unitPriceMicros),
    ...(line.taxes.length === 0 ? {} : { taxes: taxesToDocument(line.taxes) }),
    amount: formatExact(exact.exclTax, rating.currency),
    amountInclTax: formatExact(exact.inclTax, rating.currency),
  };
}

/** A rating's exact figures; only `rounded` is rounded, half up from the exact totals. */
export function reportPrice(rating: Rating): PriceReport {
  const { currency } = rating;
  const exact = exactTotals(rating);
  const digits = minorDigits(currency);
  const rounded = (value: Fraction): string =>
    formatDecimal(roundFraction(value, digits, 'halfUp'), digits);
  const lines = exact.lines.flatMap((exactLine, index): PricedLine[] => {
    const line = rating.lines[index];
    return line === undefined ? [] : [lineReport(line, exactLine, rating)];
  });
  return {
    currency,
    lines: [...lines, ...limitLine(rating, exact)],
    billedEnergyKwh: formatEnergyKwh(rating.billedEnergyMilliWh),
    billedTimeSeconds: Number(rating.billedTimeSeconds),
    totalExclTax: formatExact(exact.totalExclTax, currency),
    totalInclTax: formatExact(exact.totalInclTax, currency),
    rounded: {
      totalExclTax: rounded(exact.totalExclTax),
      totalInclTax: rounded(exact.totalInclTax),
    },
  };
}

/** The same for people: one line a component, then the totals. */
export function describePrice(report: PriceReport): string {
  const rows = report.lines.map((line) => [
    line.description,
    `${line.quantity} ${line.unit}`,
    `at ${line.unitPrice}`,
    line.amount,
    line.amountInclTax,
  ]);
  rows.push(['Total, exact', '', '', report.totalExclTax, report.totalInclTax]);
  rows.push([
    `Total, ${report.currency}`,
    '',
    '',
    report.rounded.totalExclTax,
    report.rounded.totalInclTax,
  ]);
  const table = [['', '', '', 'without tax', 'with tax'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const seconds = String(report.billedTimeSeconds);
  lines.push(`Billed: ${report.billedEnergyKwh} kWh, ${seconds} s of charging and parking`);
  return lines.join('\n');
}
