import type { receiveProposal, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { checkBeforeSigning, keepProposal, type AgreementParts } from './propose-agreement.js';

/**
 * Checks a partner's proposal as if it were our own, and keeps it for a person to sign.
 *
 * @throws RoamgridError `unprocessable`, `signature_invalid`, `immutable`, `state_conflict`
 */
export function receiveProposalWith(
  parts: AgreementParts,
): (request: RequestOf<typeof receiveProposal>) => Promise<Record<string, never>> {
  return async ({ proposer, agreement }) => {
    await parts.verifier.verifyCosigned(agreement, [proposer], 'crp');
    const partner = await checkBeforeSigning(parts, agreement.document);
    if (partner !== proposer) {
      throw new RoamgridError('unprocessable', 'the proposer is no party of the agreement');
    }
    const signatures = agreement.signatures.filter(({ utility }) => utility === proposer);
    await keepProposal(parts, { ...agreement, signatures }, { partner, proposedBy: proposer });
    return {};
  };
}
