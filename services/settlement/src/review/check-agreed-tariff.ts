import { loadInForce } from '@roamgrid/contracts';
import type { Verifier } from '@roamgrid/platform';
import { canonicalText } from '../documents/canonical-text.js';
import type { CdrDocument } from '../records.js';
import { wasInForce } from './check-entitlement.js';
import { isCosigned, objection, type Objection } from './objection.js';

/**
 * The price that was rated is the one that both crps signed, for this pair and class, and it was in force.
 * At home only one's own crp signs.
 */
export async function checkAgreedTariff(
  cdr: CdrDocument,
  verifier: Verifier,
): Promise<Objection | null> {
  const { agreedTariff, homeUtility, visitedUtility } = cdr;
  const parties = [...new Set([visitedUtility, homeUtility])];
  if (!(await isCosigned(verifier, agreedTariff, parties, 'crp'))) {
    return objection('tariff_not_agreed', 'the agreed tariff is not signed by both crps');
  }
  if (agreedTariff.documentHash !== cdr.mandate.document.agreedTariffHash) {
    return objection('tariff_not_agreed', 'the mandate names another agreed tariff');
  }
  if (canonicalText(cdr.tariff) !== canonicalText(agreedTariff.document.tariff)) {
    return objection('tariff_not_agreed', 'the tariff that was rated is not the agreed one');
  }
  return checkScope(cdr) ?? checkLoad(cdr);
}

/** The load bands on the record are those that both crps signed, over the time of the session. */
function checkLoad(cdr: CdrDocument): Objection | null {
  const expected = loadInForce(cdr.agreedTariff.document, cdr);
  return canonicalText(expected ?? null) === canonicalText(cdr.loadBands ?? null)
    ? null
    : objection('tariff_not_agreed', 'the load bands on the record are not the agreed ones');
}

/** For whom, for what and when the price was agreed. */
function checkScope(cdr: CdrDocument): Objection | null {
  const { document } = cdr.agreedTariff;
  if (document.homeUtility !== cdr.homeUtility || document.visitedUtility !== cdr.visitedUtility) {
    return objection('tariff_not_agreed', 'the agreed tariff is for another pair of utilities');
  }
  if (document.agreementHash !== cdr.agreementHash) {
    return objection('tariff_not_agreed', 'the agreed tariff is under another agreement');
  }
  const classes = [cdr.mandate.document.customerClass, cdr.customerClass];
  const isOfClass =
    classes.every((customerClass) => customerClass === document.customerClass) &&
    document.stationClass === cdr.stationClass;
  if (!isOfClass) {
    return objection('tariff_not_agreed', 'the agreed tariff is for another class');
  }
  return wasInForce(document, cdr)
    ? null
    : objection('tariff_not_agreed', 'the agreed tariff was not in force when it was quoted');
}
