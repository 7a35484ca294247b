import type { ReplyOf, RequestOf, SignedAgreement, signAgreement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { agreementViewOf, assertMay, openProposalOf } from '../decisions/agreement-states.js';
import { byUtility } from '../decisions/signatures.js';
import { checkBeforeSigning, type AgreementParts } from './propose-agreement.js';

/**
 * Signs what the partner has proposed, hands the partner the signature, keeps both. From then on it is an
 * agreement; a new version takes the place of the old one from its `notBefore` on.
 *
 * @throws RoamgridError `not_found`, `state_conflict`, `unprocessable`, `peer_unreachable`
 */
export function signAgreementWith(
  parts: AgreementParts,
): (request: RequestOf<typeof signAgreement>) => Promise<ReplyOf<typeof signAgreement>> {
  return async ({ agreementId }) => {
    const found = await parts.agreements.find(agreementId);
    if (found === null) throw new RoamgridError('not_found', 'no such agreement');
    assertMay('sign', found, parts.utility, parts.clock.now());
    const proposal = openProposalOf(found);
    if (proposal === null)
      throw new RoamgridError('state_conflict', 'nothing waits for a signature');
    const { document, documentHash, signatures } = proposal.agreement;
    const partner = await checkBeforeSigning(parts, document);
    const { signature } = await parts.signer.sign(document);
    const agreement: SignedAgreement = {
      document,
      documentHash,
      signatures: byUtility([...signatures, { utility: parts.utility, signature }]),
    };
    await parts.verifier.verifyCosigned(agreement, document.parties, 'crp');
    await parts.partners.cosignAgreement(partner, { signer: parts.utility, agreement });
    const atMs = parts.clock.now();
    const { proposedBy } = proposal;
    const record = await parts.agreements.change({ agreementId, partner, atMs }, () => ({
      version: { agreement, proposedBy },
    }));
    return agreementViewOf(record, atMs);
  };
}
