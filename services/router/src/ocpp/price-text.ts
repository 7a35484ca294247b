import type { QuoteDocument } from '@roamgrid/contracts';
import { formatDecimalShort, parseDecimal, parseInstant } from '@roamgrid/kernel';

const LONGEST_TEXT = 512;
const MS_PER_MINUTE = 60_000;
const UNIT_OF: Readonly<Record<string, string>> = {
  FLAT: 'session',
  TIME: 'h',
  PARKING_TIME: 'h parked',
};

function short(decimal: string, leastDigits: number): string {
  return formatDecimalShort(parseDecimal(decimal, 9), 9, leastDigits);
}

/** What comes on top of the energy wherever and whenever one charges. */
function otherPrices({ tariff, currency }: QuoteDocument): string[] {
  return tariff.elements
    .filter((element) => element.restrictions === undefined)
    .flatMap((element) => element.price_components)
    .flatMap((component) => {
      const unit = UNIT_OF[component.type];
      return unit === undefined ? [] : [`${short(component.price, 2)} ${currency}/${unit}`];
    });
}

/** `"0.28 USD/kWh + tax. Estimate 20 kWh: 6.02 USD. Valid 5 min."`, for a display of few lines. */
export function priceText(quote: QuoteDocument): string {
  const { currency, estimate } = quote;
  const perKwh = `${short(quote.pricePerKwh, 2)} ${currency}/kWh`;
  const tax = parseDecimal(estimate.tax, 9) > 0n ? ' + tax' : '';
  const discount =
    quote.tier === 'none' ? '' : ` (${quote.tier} -${short(quote.tierDiscountPercentage, 0)}%)`;
  const home =
    quote.estimateHome === null
      ? ''
      : ` (${quote.estimateHome.totalInclTax} ${quote.estimateHome.currency})`;
  const validMs = parseInstant(quote.validUntil) - parseInstant(quote.issuedAt);
  return [
    `${[perKwh, ...otherPrices(quote)].join(' + ')}${tax}${discount}.`,
    `Estimate ${short(estimate.energyKwh, 0)} kWh: ${estimate.totalInclTax} ${currency}${home}.`,
    `Valid ${String(Math.floor(validMs / MS_PER_MINUTE))} min.`,
  ]
    .join(' ')
    .slice(0, LONGEST_TEXT);
}
