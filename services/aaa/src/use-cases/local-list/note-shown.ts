import type { Session } from '../../session/session.js';
import type { AaaParts } from '../../aaa-parts.js';
import type { UnitOfWork } from '../../ports.js';
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
  unit.noteShown({
    identityKey,
    sealed: parts.sealIdentifier(identity.identity),
    stationClass: terms.agreedTariff.document.stationClass,
    mandate: terms.mandate,
    atMs: parts.clock.now(),
  });
}
