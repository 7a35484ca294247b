import type { consent, ConsentDocument, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { divideDown, formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import type { UnitOfWork } from '../ports.js';
import { CONSENT_WAITS_MS, nextState } from '../session/session-states.js';
import type { Session } from '../session/session.js';
import { isTakenByCharges } from './authorize/check-concurrency.js';
import { isFree } from './charge/release-mandate.js';

const CHARGES_ELSEWHERE = 'You charge under another quote. Please swipe again.';

/** The driver's yes over HTTP: bound to the quote's hash, it reserves the mandate and the connector. */
export function consentWith(parts: AaaParts) {
  return (request: RequestOf<typeof consent>): Promise<ReplyOf<typeof consent>> =>
    parts.store.transaction(async (unit) => {
      const session = await unit.sessions.lock(request.sessionId);
      if (session?.stationId !== request.stationId) {
        throw new RoamgridError('not_found', 'no such session');
      }
      await unit.appendWire({
        stationId: request.stationId,
        direction: 'in',
        wire: request.wire,
        refusal: null,
      });
      if (isSameConsent(session, request.quoteHash)) return answer(session);
      checkMayConsent(session, request.quoteHash, parts.clock.now());
      const consented = await consentWithin(parts, unit, session, 'station');
      if (consented === null) throw await nothingLeft(unit, session);
      const saved: Session = {
        ...consented,
        state: 'consented',
        expiresMs: parts.clock.now() + CONSENT_WAITS_MS,
        message: 'Please plug in and start charging.',
      };
      await unit.sessions.save(saved);
      return answer(saved);
    });
}

/** The one session of its mandate began elsewhere, the driver charges already, or nothing is left. */
async function nothingLeft(unit: UnitOfWork, { terms }: Session): Promise<RoamgridError> {
  if (terms === null) return new RoamgridError('internal', 'a quoted session has no terms');
  const { mandate } = terms;
  if (mandate.document.singleSession) {
    return new RoamgridError(
      'quote_expired',
      'another swipe of the same driver was faster; swipe again',
    );
  }
  return new RoamgridError(
    'state_conflict',
    isTakenByCharges(mandate, await unit.mandates.lockBalance(mandate))
      ? 'the driver is charging already; swipe again when that charge has ended'
      : 'the mandate has nothing left to reserve',
  );
}

const answer = (session: Session): ReplyOf<typeof consent> => ({
  sessionId: session.sessionId,
  state: session.state,
});

function isSameConsent(session: Session, quoteHash: string): boolean {
  return session.progress.consent?.document.quoteHash === quoteHash;
}

function checkMayConsent(session: Session, quoteHash: string, nowMs: InstantMs): void {
  if (session.state === 'refused') {
    throw new RoamgridError('session_refused', 'the session was refused; swipe again');
  }
  if (session.terms !== null && session.terms.quote.documentHash !== quoteHash) {
    throw new RoamgridError('quote_mismatch', 'the consent names another quote');
  }
  if (session.state === 'expired' || (session.expiresMs ?? 0) <= nowMs) {
    throw new RoamgridError('quote_expired', 'the quote no longer holds; swipe again');
  }
  if (nextState(session.state, 'consent') === null) {
    throw new RoamgridError(
      'state_conflict',
      `a session that is ${session.state} takes no consent`,
    );
  }
}

/**
 * Signs the consent and reserves the mandate's share for this session under a row lock: what is left,
 * divided among the sessions that may still run beside it.
 *
 * @param isLate the charge began, by a mandate that held then, before the station could tell
 * @returns null when nothing is left to reserve
 */
export async function consentWithin(
  parts: AaaParts,
  unit: UnitOfWork,
  session: Session,
  channel: ConsentDocument['channel'],
  isLate = false,
): Promise<Session | null> {
  if (session.terms === null) throw new RoamgridError('internal', 'a quoted session has no terms');
  const { mandate, quote } = session.terms;
  const startedMs = parts.clock.now();
  const standing = await unit.mandates.lockBalance(mandate);
  // a late start began before whatever ended the mandate
  const balance = isLate ? { ...standing, isClosed: false } : standing;
  const { singleSession, maxConcurrentSessions, mandateId } = mandate.document;
  const others = singleSession ? 1n : BigInt(maxConcurrentSessions - balance.openReservations);
  if (others <= 0n || !isFree(mandate, balance)) return null;
  await unit.mandates.reserve(session.sessionId, mandateId, {
    energyMilliWh: share(balance.energyMilliWh, others),
    minor: share(balance.minor, others),
  });
  if (singleSession) {
    await unit.sessions.expireQuotes(mandateId, session.sessionId, CHARGES_ELSEWHERE);
  }
  const consent = await parts.signer.sign<ConsentDocument>({
    type: 'consent',
    schemaVersion: 1,
    sessionId: session.sessionId,
    quoteId: quote.document.quoteId,
    quoteHash: quote.documentHash,
    channel,
    at: formatInstant(startedMs),
  });
  unit.trace(session.sessionId, [
    {
      step: 'consent',
      occurrence: quote.document.quoteId,
      from: session.stationId,
      to: `${parts.utility}/aaa`,
      atMs: startedMs,
      durationMs: parts.clock.now() - startedMs,
      documentHash: consent.documentHash,
    },
  ]);
  return { ...session, progress: { ...session.progress, consent } };
}

/** An equal part, and at least one unit of it. */
function share(left: bigint, parts: bigint): bigint {
  const part = divideDown(left, parts);
  return part > 0n ? part : left;
}
