import { applyLimits } from './apply-limits.js';
import { checkMetering } from './check-metering.js';
import type { RatingInput } from './metering.js';
import { priceLine } from './price-line.js';
import type { RatedLine, RatedTax, Rating } from './rating.js';
import { sumTaxes } from './sum-taxes.js';
import { tallySession } from './tally-session.js';

const sumOf = (amounts: readonly { readonly amountMinor: bigint }[]): bigint =>
  amounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

function assertExplained(rating: Rating): void {
  if (
    sumOf(rating.lines) !== rating.totalExclTaxMinor ||
    sumOf(rating.taxes) !== rating.taxMinor ||
    rating.totalExclTaxMinor + rating.taxMinor !== rating.totalInclTaxMinor
  ) {
    throw new RangeError('the lines of a rating do not add up to its total');
  }
}

/**
 * Prices a session: one line per tariff element and component, rounded once; each tax once per tax category
 * on the rounded lines; minimum or maximum price as one adjustment. A dimension that no element prices is free.
 *
 * @throws RoamgridError `invalid_metering` for periods that contradict themselves; `price_unknown` where the
 *   price follows a current that was not measured
 */
export function rate(input: RatingInput): Rating {
  checkMetering(input);
  const { tariff, rounding } = input;
  const { tally, priced } = tallySession(input);
  const lines: RatedLine[] = tally
    .tallied()
    .map((tallied) => priceLine(tallied, tariff.currency, rounding));
  const taxes: RatedTax[] = sumTaxes(lines, rounding);
  let exclTaxMinor = sumOf(lines);
  let taxMinor = sumOf(taxes);
  const limited = priced ? applyLimits(tariff, { exclTaxMinor, taxMinor }, rounding) : [];
  for (const { line, tax } of limited) {
    lines.push(line);
    exclTaxMinor += line.amountMinor;
    taxMinor += tax.amountMinor;
    if (tax.amountMinor !== 0n) taxes.push(tax);
  }
  const rating: Rating = {
    tariff,
    currency: tariff.currency,
    rounding,
    lines,
    taxes,
    totalExclTaxMinor: exclTaxMinor,
    taxMinor,
    totalInclTaxMinor: exclTaxMinor + taxMinor,
    billedEnergyMilliWh: tally.totalOf('energy'),
    billedTimeSeconds: tally.totalOf('charging') + tally.totalOf('parking'),
    priced,
  };
  assertExplained(rating);
  return rating;
}
