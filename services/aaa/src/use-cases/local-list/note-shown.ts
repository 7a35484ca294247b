import type { Session } from '../../session/session.js';
import type { AaaParts } from '../../aaa-parts.js';
import type { Station, UnitOfWork } from '../../ports.js';
import type { SwipeRequest } from '../authorize/grant.js';

/**
 * A driver was shown here and granted: stations may know them, where a start that nobody is asked about may
 * charge under the mandate. It needs a price agreed in advance, more than one session, and home's own word.
 */
export function noteShown(
  parts: AaaParts,
  unit: UnitOfWork,
  shown: Pick<SwipeRequest, 'identity' | 'medium' | 'pin'>,
  { terms, identityKey }: Session,
): void {
  const { identity, medium, pin } = shown;
  if (terms === null || identityKey === null || identity.outcome !== 'read') return;
  const { singleSession, preAgreedPrice, offline, assurance } = terms.mandate.document;
  if (medium !== 'rfid' || pin !== null || assurance !== 'claimed') return;
  if (singleSession || !preAgreedPrice || offline !== undefined) return;
  const { stationClass } = terms.agreedTariff.document;
  if (parts.shownLately.has(identityKey, stationClass, terms.mandate)) return;
  unit.noteShown({
    identityKey,
    sealed: parts.sealIdentifier(identity.identity),
    stationClass,
    mandate: terms.mandate,
    atMs: parts.clock.now(),
  });
}

/** What was noted is committed: for a while it need not be noted again. */
export function rememberShown(
  parts: AaaParts,
  { terms, identityKey }: Session,
  { record }: Station,
): void {
  if (terms === null || identityKey === null) return;
  parts.shownLately.keep(identityKey, record.document.stationClass, terms.mandate);
}
