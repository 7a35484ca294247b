import { parseInstant } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { CdrDocument } from '../records.js';
import { isSigned, objection, type Objection } from './objection.js';

/** Two utilities' clocks are never quite the same. */
const CLOCK_TOLERANCE_MS = 300_000;

/** The mandate is one that we issued, or visited made while we were silent, to this driver, for this utility, and was in force. */
export async function checkMandate(
  cdr: CdrDocument,
  verifier: Verifier,
): Promise<Objection | null> {
  const { mandate } = cdr;
  const isOffline = mandate.document.offline !== undefined;
  const issuer = isOffline ? cdr.visitedUtility : cdr.homeUtility;
  if (!(await isSigned(verifier, mandate, issuer, 'profiles'))) {
    return objection('session_unknown', `the mandate is not signed by the profiles of ${issuer}`);
  }
  const { document } = mandate;
  if (document.homeUtility !== cdr.homeUtility || document.visitedUtility !== cdr.visitedUtility) {
    return objection('session_unknown', 'the mandate is for another pair of utilities');
  }
  if (document.pseudonym !== cdr.pseudonym) {
    return objection('session_unknown', 'the mandate names another pseudonym');
  }
  return wasInForce(document, cdr)
    ? null
    : objection('session_unknown', 'the mandate was not in force when the price was quoted');
}

/**
 * Where a station let the driver charge by its own list and told later, the start itself was the yes to a price
 * agreed in advance: the quote and the consent that visited signed on hearing of it are younger than what they stand for.
 */
function beganAtMs(
  cdr: Pick<CdrDocument, 'flags' | 'consent' | 'startAt'>,
  signedAt: string,
): number {
  const isLate = cdr.flags.includes('offline') && cdr.consent.document.channel === 'preAgreed';
  const signedAtMs = parseInstant(signedAt);
  return isLate ? Math.min(signedAtMs, parseInstant(cdr.startAt)) : signedAtMs;
}

/** When the driver said yes. */
export function saidYesAtMs(cdr: Pick<CdrDocument, 'flags' | 'consent' | 'startAt'>): number {
  return beganAtMs(cdr, cdr.consent.document.at);
}

/**
 * Whether something held when the driver was quoted a price. The quote has visited's own clock; a station's
 * may be days off, and what it reports may come days later.
 */
export function wasInForce(
  validity: { readonly notBefore: string; readonly notAfter: string },
  cdr: CdrDocument,
): boolean {
  const { issuedAt } = cdr.quote.document;
  // a late start may also stand on what was only granted when it was told
  return [parseInstant(issuedAt), beganAtMs(cdr, issuedAt)].some(
    (atMs) =>
      atMs >= parseInstant(validity.notBefore) - CLOCK_TOLERANCE_MS &&
      atMs < parseInstant(validity.notAfter) + CLOCK_TOLERANCE_MS,
  );
}

/** The retail tariff inside the mandate is our own, made under the same agreed tariff. */
export async function checkRetailTariff(
  cdr: CdrDocument,
  verifier: Verifier,
): Promise<Objection | null> {
  const { retailTariff, agreedTariffHash } = cdr.mandate.document;
  if (!(await isSigned(verifier, retailTariff, cdr.homeUtility, 'crp'))) {
    return objection('tariff_not_agreed', 'the retail tariff is not signed by our crp');
  }
  const hashes = [
    agreedTariffHash,
    retailTariff.document.agreedTariffHash,
    cdr.quote.document.agreedTariffHash,
  ];
  return hashes.every((hash) => hash === cdr.agreedTariff.documentHash)
    ? null
    : objection('tariff_not_agreed', 'the CDR is rated under another agreed tariff');
}

/** The driver was shown a price under this mandate and said yes to exactly that. */
export async function checkConsent(
  cdr: CdrDocument,
  verifier: Verifier,
): Promise<Objection | null> {
  const { quote, consent, mandate } = cdr;
  for (const signed of [quote, consent]) {
    if (!(await isSigned(verifier, signed, cdr.visitedUtility, 'aaa'))) {
      return objection('other', `the ${signed.document.type} is not signed by visited's aaa`);
    }
  }
  const binds =
    quote.document.sessionId === cdr.sessionId &&
    consent.document.sessionId === cdr.sessionId &&
    consent.document.quoteHash === quote.documentHash &&
    quote.document.mandateHash === mandate.documentHash &&
    quote.document.retailTariffHash === mandate.document.retailTariff.documentHash;
  return binds ? null : objection('other', 'the consent is not to this quote of this mandate');
}

export function beganBeforeConsent({ flags }: Pick<CdrDocument, 'flags'>): boolean {
  return flags.includes('start_before_consent');
}

/** A charge that began before the driver said yes is rated, and held until home agrees to it. */
export function checkStart(cdr: CdrDocument): Objection | null {
  return beganBeforeConsent(cdr)
    ? objection('time_differs', 'the charge began before the consent')
    : null;
}

/** A revocation is in force so long after home signed it, acknowledged or not. */
const REVOCATION_IN_FORCE_AFTER_MS = 60_000;

/**
 * A driver who consented later under a mandate that was revoked: whoever bears a late revocation by the
 * agreement bears the charge. What began before the revocation was in force is home's.
 */
export function checkRevocation(
  cdr: CdrDocument,
  revokedAt: string | null,
  lateRevocationBorneBy: 'home' | 'visited',
): Objection | null {
  if (revokedAt === null || lateRevocationBorneBy === 'home') return null;
  const inForceMs = parseInstant(revokedAt) + REVOCATION_IN_FORCE_AFTER_MS;
  return saidYesAtMs(cdr) > inForceMs
    ? objection('session_unknown', 'the mandate was revoked more than a minute before the consent')
    : null;
}
