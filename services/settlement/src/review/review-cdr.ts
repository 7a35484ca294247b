import type { SignedAgreement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import { termsOf } from '../pricing/rate-charge.js';
import type { CdrDocument } from '../records.js';
import type { RetailDecision } from '../use-cases/deliver-retail.js';
import { checkAge } from './check-age.js';
import { checkAgreedTariff } from './check-agreed-tariff.js';
import { checkAgreement } from './check-agreement.js';
import {
  checkConsent,
  checkMandate,
  checkRetailTariff,
  checkRevocation,
  checkStart,
} from './check-entitlement.js';
import { checkEnergy, checkTimes, checkUtcOffsets } from './check-metering.js';
import { checkOfflineBasis, checkOfflineRule } from './check-offline.js';
import { checkSignedMeter } from './check-signed-meter.js';
import { checkRating } from './check-rating.js';
import { checkUnbilledEnergy } from './check-retail.js';
import { objection, type Objection } from './objection.js';

/** Home's judgement of a CDR: the first rule that it breaks, null where it breaks none. */
export async function reviewCdr(
  cdr: CdrDocument,
  agreement: SignedAgreement | null,
  retail: RetailDecision,
  verifier: Verifier,
): Promise<Objection | null> {
  if (retail.outcome === 'held' && retail.reason === 'consumer_unknown') {
    return objection('session_unknown', 'no consumer of ours has this pseudonym');
  }
  try {
    return await firstObjection(cdr, agreement, retail, verifier);
  } catch (error) {
    // a figure that cannot be read is visited's to correct; only our own failures are thrown
    if (!(error instanceof RoamgridError) || error.status >= 500) throw error;
    return objection('other', error.message);
  }
}

async function firstObjection(
  cdr: CdrDocument,
  agreement: SignedAgreement | null,
  retail: RetailDecision,
  verifier: Verifier,
): Promise<Objection | null> {
  const terms = termsOf(agreement, cdr.visitedUtility, cdr.homeUtility);
  return (
    (await checkMandate(cdr, verifier)) ??
    (await checkOfflineBasis(cdr, verifier)) ??
    (await checkRetailTariff(cdr, verifier)) ??
    (await checkAgreedTariff(cdr, verifier)) ??
    (await checkConsent(cdr, verifier)) ??
    checkAgreement(cdr, agreement, terms) ??
    checkOfflineRule(cdr, terms) ??
    checkEnergy(cdr) ??
    (await checkSignedMeter(cdr, verifier)) ??
    checkTimes(cdr) ??
    checkUtcOffsets(cdr) ??
    checkRating(cdr, terms) ??
    checkAge(cdr, agreement) ??
    checkStart(cdr) ??
    checkRevocation(cdr, revokedAtOf(retail), terms?.lateRevocationBorneBy ?? 'home') ??
    checkUnbilledEnergy(cdr, retail)
  );
}

const revokedAtOf = (retail: RetailDecision): string | null =>
  retail.outcome === 'rated' ? (retail.consumer.revokedAt ?? null) : null;
