import type { cosignAgreement, ReplyOf, RequestOf, SignedAgreement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { agreementProjection } from '../decisions/projections.js';
import { byUtility } from '../decisions/signatures.js';
import { checkBeforeSigning, type AgreementParts } from './propose-agreement.js';

/**
 * Checks a partner's proposal as if it were our own, signs and keeps it.
 *
 * @throws RoamgridError `unprocessable`, `signature_invalid`, `immutable`
 */
export function cosignAgreementWith(
  parts: AgreementParts,
): (request: RequestOf<typeof cosignAgreement>) => Promise<ReplyOf<typeof cosignAgreement>> {
  return async ({ proposer, agreement }) => {
    await parts.verifier.verifyCosigned(agreement, [proposer], 'crp');
    const partner = await checkBeforeSigning(parts, agreement.document);
    if (partner !== proposer) {
      throw new RoamgridError('unprocessable', 'the proposer is no party of the agreement');
    }
    const { signature } = await parts.signer.sign(agreement.document);
    const proposed = agreement.signatures.filter(({ utility }) => utility === proposer);
    const signed: SignedAgreement = {
      ...agreement,
      signatures: byUtility([...proposed, { utility: parts.utility, signature }]),
    };
    await parts.agreements.save(signed, partner, agreementProjection(signed));
    return { signature };
  };
}
