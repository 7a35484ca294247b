import type { AgreementTerms, CdrDocument, SignedMandate } from '@roamgrid/contracts';
import { formatMoney, money, type RoundingPolicy } from '@roamgrid/kernel';
import { rate, wholesaleInputOf, type ChargeUnderMandate } from '@roamgrid/rating';
import type { TariffDocument } from '@roamgrid/tariff';
import { figuresOf, type RatedFigures } from './figures.js';
import { splitPayable, spreadOf, type Payable } from './splits.js';

/** Under which terms a direction is settled; null where home and visited are one utility. */
export type WholesaleTerms = Pick<
  AgreementTerms,
  'rounding' | 'commissionPercentage' | 'commissionTaxes' | 'fx'
> | null;

/** A session whose mandate says whether home exchanges its total. */
type RatedSession = ChargeUnderMandate & {
  readonly mandate: {
    readonly document: { readonly retailTariff: { readonly document: { readonly fx: unknown } } };
  };
};

const NO_COMMISSION = { commissionPercentage: '0', commissionTaxes: [] };

export interface WholesaleRating {
  readonly figures: RatedFigures;
  readonly payable: Payable;
  readonly settlement: CdrDocument['settlement'];
}

/** The agreement's rounding; at home, where there is none, that of the utility's own retail tariff. */
export function wholesaleRounding(terms: WholesaleTerms, mandate: SignedMandate): RoundingPolicy {
  return terms?.rounding ?? mandate.document.retailTariff.document.rounding;
}

/**
 * Rates a session at the agreed tariff and takes the commission off. Visited does it to make a CDR, home
 * and the auditor to check one.
 *
 * @throws RoamgridError as the rating engine, and `unprocessable` for shares that exceed the amount
 */
export function rateWholesale(
  session: RatedSession,
  tariff: TariffDocument,
  rounding: RoundingPolicy,
  terms: WholesaleTerms,
): WholesaleRating {
  const rating = rate(wholesaleInputOf(tariff, session, rounding));
  const { currency, totalExclTaxMinor, totalInclTaxMinor } = rating;
  const split = splitPayable(
    { exclTaxMinor: totalExclTaxMinor, inclTaxMinor: totalInclTaxMinor },
    terms ?? NO_COMMISSION,
    rounding,
    spreadOf(terms, session.mandate.document.retailTariff.document.fx !== null),
  );
  // a utility owes itself nothing
  const payable = terms === null ? { ...split, payableMinor: 0n } : split;
  const text = (minor: bigint): string => formatMoney(money(currency, minor));
  return {
    figures: figuresOf(rating),
    payable,
    settlement: {
      base: text(payable.baseMinor),
      commission: text(payable.commissionMinor),
      commissionTax: text(payable.commissionTaxMinor),
      ...(payable.fxSpreadMinor === 0n ? {} : { fxSpread: text(payable.fxSpreadMinor) }),
      payable: text(payable.payableMinor),
    },
  };
}
