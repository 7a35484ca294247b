import type { RefusalReason, SignedQuote } from '@roamgrid/contracts';

/** What a refused driver reads: plain, and what to do. */
export const REFUSAL_MESSAGES: Readonly<Record<RefusalReason, string>> = {
  cin_malformed: 'This number could not be read. Please check it and try again.',
  home_unknown: 'This card belongs to no utility that we know.',
  home_unreachable: 'Your utility does not answer right now. Please try again later.',
  no_agreement: 'Your utility has no roaming agreement with us.',
  credential_rejected: 'This card or PIN was not accepted. Please contact your utility.',
  consumer_blocked: 'Your utility has blocked this card. Please contact your utility.',
  credit_exhausted: 'There is not enough credit left with your utility.',
  concurrent_session: 'A charge with this card has not ended yet.',
  connector_occupied: 'This connector is in use. Please choose another.',
  tariff_unavailable: 'No price is known for this charge, so it cannot start.',
  negotiation_failed: 'The utilities could not agree on a price. Please try again.',
};

/** One line a display can show: price, estimate, validity. */
export function quoteMessage(quote: SignedQuote): string {
  const { currency, pricePerKwh, estimate, tier, tierDiscountPercentage } = quote.document;
  const discount = tier === 'none' ? '' : ` (${tier}, ${tierDiscountPercentage}% off)`;
  return (
    `${pricePerKwh} ${currency}/kWh${discount}. ` +
    `About ${estimate.totalInclTax} ${currency} incl. tax for ${estimate.energyKwh} kWh.`
  );
}

/** A battery is between empty and full; what a station says beyond that is not repeated to the driver. */
const PERCENT = /^(100(\.0+)?|\d{1,2}(\.\d+)?)$/;

export function endMessage(utilityName: string, stateOfChargePercent: string | null): string {
  const charged =
    stateOfChargePercent !== null && PERCENT.test(stateOfChargePercent)
      ? `Battery ${stateOfChargePercent}% charged.`
      : 'Charging is over.';
  return `${charged} Thank you for using ${utilityName}.`;
}

export const BILL_FOLLOWS = 'Charging is over. The bill follows from your utility.';
