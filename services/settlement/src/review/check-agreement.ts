import type { AgreementTerms, SignedAgreement } from '@roamgrid/contracts';
import { parsePriceMicros } from '@roamgrid/kernel';
import type { CdrDocument } from '../records.js';
import { wasInForce } from './check-entitlement.js';
import { isBearerAgreed } from '../pricing/rate-charge.js';
import { objection, type Objection } from './objection.js';

/** The agreement that the CDR cites is the one in force between us, and its terms are the ones applied. */
export function checkAgreement(
  cdr: CdrDocument,
  agreement: SignedAgreement | null,
  terms: AgreementTerms | null,
): Objection | null {
  if (agreement === null || terms === null) {
    return objection('tariff_not_agreed', 'no agreement covers this direction');
  }
  const hashes = [cdr.agreementHash, cdr.mandate.document.agreementHash];
  if (!hashes.every((hash) => hash === agreement.documentHash)) {
    return objection('tariff_not_agreed', 'the CDR cites another agreement');
  }
  if (!wasInForce(agreement.document, cdr)) {
    return objection('tariff_not_agreed', 'the agreement was not in force when it was quoted');
  }
  if (cdr.rounding !== terms.rounding || cdr.currency !== terms.currency) {
    return objection('tariff_not_agreed', 'rounding or currency is not that of the agreement');
  }
  if (!isBearerAgreed(cdr.mandate, terms)) {
    return objection('tariff_not_agreed', 'the mandate names another bearer beyond the credit');
  }
  return checkPriceCap(cdr, terms);
}

/** No energy price above what the agreement allows, whatever was negotiated. */
function checkPriceCap(cdr: CdrDocument, terms: AgreementTerms): Objection | null {
  const capMicros = parsePriceMicros(terms.priceCapPerKwh);
  const isAbove = cdr.tariff.elements.some((element) =>
    element.price_components.some(
      ({ type, price }) => type === 'ENERGY' && parsePriceMicros(price) > capMicros,
    ),
  );
  return isAbove
    ? objection('tariff_not_agreed', 'an energy price is above the cap of the agreement')
    : null;
}
