import type { AgreementTerms, SignedAgreement, SignedMandate } from '@roamgrid/contracts';
import { documentHash } from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { sha256 } from '@roamgrid/platform';
import type { HeldReason, RecordedCharge } from '../records.js';
import { splitProviderShare } from './splits.js';
import { rateWholesale, wholesaleRounding, type WholesaleRating } from './wholesale.js';

export type ChargeDecision =
  | {
      readonly outcome: 'rated';
      readonly rating: WholesaleRating;
      readonly providerShareMinor: bigint;
    }
  | ({ readonly outcome: 'held' } & HeldReason);

const held = (reason: HeldReason['reason'], detail: string): ChargeDecision => ({
  outcome: 'held',
  reason,
  detail,
});

/** The terms of one direction of an agreement; null where it has none. */
export function termsOf(
  agreement: SignedAgreement | null,
  visitedUtility: string,
  homeUtility: string,
): AgreementTerms | null {
  return (
    agreement?.document.terms.find(
      (terms) => terms.visitedUtility === visitedUtility && terms.homeUtility === homeUtility,
    ) ?? null
  );
}

/** Who bears energy beyond a mandate's credit, as home signed it. */
export function bearerIn({ document }: SignedMandate): AgreementTerms['beyondCreditBorneBy'] {
  return document.beyondCreditBorneBy ?? 'home';
}

/** Whether a mandate names who the agreement says: visited where home was silent and answers for caps alone. */
export function isBearerAgreed(mandate: SignedMandate, terms: AgreementTerms): boolean {
  const agreed = mandate.document.offline === undefined ? terms.beyondCreditBorneBy : 'visited';
  return bearerIn(mandate) === agreed;
}

/** Whether the tariff that came with a charge is the one that its driver was served under. */
function isTariffOfCharge({ charge, agreedTariff }: RecordedCharge): boolean {
  const hash = documentHash(agreedTariff.document, sha256);
  return (
    hash === agreedTariff.documentHash &&
    hash === charge.agreedTariffHash &&
    hash === charge.mandate.document.agreedTariffHash
  );
}

/**
 * Prices a charge for the partner utility, or says why it must be held. A price that is not known is never 0.
 *
 * @param agreement with the driver's home; null where there is none or none is needed
 */
export function rateCharge(
  recorded: RecordedCharge,
  agreement: SignedAgreement | null,
): ChargeDecision {
  const { charge, agreedTariff } = recorded;
  const isDomestic = charge.homeUtility === charge.visitedUtility;
  const terms = termsOf(agreement, charge.visitedUtility, charge.homeUtility);
  if (!isDomestic && terms === null) {
    return held('no_agreement', `no agreement with ${charge.homeUtility} covers this direction`);
  }
  if (!isDomestic && agreement?.documentHash !== agreedTariff.document.agreementHash) {
    return held('no_agreement', 'the agreed tariff belongs to another version of the agreement');
  }
  if (terms !== null && !isBearerAgreed(charge.mandate, terms)) {
    return held('no_agreement', 'the mandate and the agreement differ in who bears what is beyond');
  }
  if (!isTariffOfCharge(recorded)) {
    return held('tariff_unavailable', 'the agreed tariff is not the one the driver consented to');
  }
  try {
    const rounding = wholesaleRounding(terms, charge.mandate);
    const rating = rateWholesale(charge, agreedTariff.document.tariff, rounding, terms);
    const providerShareMinor = splitProviderShare(
      rating.payable,
      terms?.commissionPercentage ?? '0',
      charge.providerSharePercentage,
    );
    return { outcome: 'rated', rating, providerShareMinor };
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return held('rating_refused', `${error.code}: ${error.message}`);
  }
}
