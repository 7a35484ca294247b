import type { SignedMandate } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Clock, Signer } from '@roamgrid/platform';
import type { IssuedMandateStore, RevocationDraft } from '../ports.js';

export interface RevokeMandateParts {
  readonly issued: IssuedMandateStore;
  readonly signer: Signer;
  readonly clock: Clock;
}

/** A revocation that is signed as soon as its gap-free number is known. */
export function revocationDraft(
  parts: Pick<RevokeMandateParts, 'signer' | 'clock'>,
  mandate: SignedMandate,
  reason: RevocationDraft['reason'],
): RevocationDraft {
  const atMs = parts.clock.now();
  return {
    mandate,
    atMs,
    reason,
    sign: (number) =>
      parts.signer.sign({
        type: 'revocation' as const,
        schemaVersion: 1 as const,
        number,
        mandateId: mandate.document.mandateId,
        homeUtility: mandate.document.homeUtility,
        visitedUtility: mandate.document.visitedUtility,
        reason,
        issuedAt: formatInstant(atMs),
      }),
  };
}

/** Home withdraws a mandate; doing it again changes nothing. */
export function revokeMandateWith(parts: RevokeMandateParts) {
  return async (request: { mandateId: string }): Promise<{ mandateId: string; state: string }> => {
    const found = await parts.issued.read(request.mandateId);
    if (found === null) throw new RoamgridError('not_found', 'no such mandate');
    if (found.state === 'active') {
      await parts.issued.revoke(revocationDraft(parts, found.signed, 'withdrawn'));
    }
    return {
      mandateId: request.mandateId,
      state: found.state === 'active' ? 'revoked' : found.state,
    };
  };
}
