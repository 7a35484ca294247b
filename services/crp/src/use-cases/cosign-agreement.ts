import type { cosignAgreement, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { isSigned } from '../decisions/agreement-states.js';
import { partnerIn } from '../decisions/check-agreement.js';
import type { AgreementParts } from './propose-agreement.js';

/**
 * Takes the partner's signature under what we have proposed.
 *
 * @throws RoamgridError `signature_invalid`, `state_conflict` where we did not propose it or took it back
 */
export function cosignAgreementWith(
  parts: AgreementParts,
): (request: RequestOf<typeof cosignAgreement>) => Promise<Record<string, never>> {
  return async ({ signer, agreement }) => {
    const { document, documentHash } = agreement;
    const partner = partnerIn(document, parts.utility);
    if (partner !== signer) throw new RoamgridError('unprocessable', 'the signer is no party');
    await parts.verifier.verifyCosigned(agreement, document.parties, 'crp');
    const { agreementId } = document;
    await parts.agreements.change({ agreementId, partner, atMs: parts.clock.now() }, (record) => {
      const proposal = record.versions.find((one) => one.agreement.documentHash === documentHash);
      if (proposal === undefined || proposal.isWithdrawn) {
        throw new RoamgridError('state_conflict', 'it is not proposed, or was taken back');
      }
      if (isSigned(proposal)) return null;
      return { version: { agreement, proposedBy: proposal.proposedBy } };
    });
    return {};
  };
}
