import type { proposeAgreement, ReplyOf, RequestOf, SignedAgreement } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { checkAgreement, partnerIn } from '../decisions/check-agreement.js';
import { hashOf } from '../decisions/hash-of.js';
import { agreementProjection } from '../decisions/projections.js';
import { byUtility } from '../decisions/signatures.js';
import { checkDefaultTariffs } from './check-default-tariffs.js';
import type { LoadTariffParts } from './load-tariff.js';
import type { CrpParts } from './parts.js';

export type AgreementParts = LoadTariffParts &
  Pick<CrpParts, 'agreements' | 'signer' | 'verifier' | 'registry'>;

/** What both parties check before they sign. @throws RoamgridError `unprocessable`, `not_built`, `immutable` */
export async function checkBeforeSigning(
  parts: AgreementParts,
  document: RequestOf<typeof proposeAgreement>['document'],
): Promise<string> {
  const partner = partnerIn(document, parts.utility);
  parts.registry.entry(partner);
  checkAgreement(document);
  const kept = await parts.agreements.hashOf(document);
  if (kept !== null && kept !== hashOf(document)) {
    throw new RoamgridError('immutable', 'this version of the agreement says something else');
  }
  await checkDefaultTariffs(parts, document);
  return partner;
}

/**
 * Signs, has the partner sign, keeps.
 *
 * @throws RoamgridError `unprocessable`, `not_built`, `immutable`, `peer_unreachable`,
 *   `signature_invalid`, or whatever the partner refuses with
 */
export function proposeAgreementWith(
  parts: AgreementParts,
): (request: RequestOf<typeof proposeAgreement>) => Promise<ReplyOf<typeof proposeAgreement>> {
  return async ({ document }) => {
    const partner = await checkBeforeSigning(parts, document);
    const own = await parts.signer.sign(document);
    const proposal: SignedAgreement = {
      document,
      documentHash: own.documentHash,
      signatures: [{ utility: parts.utility, signature: own.signature }],
    };
    const signature = await parts.partners.cosignAgreement(partner, {
      proposer: parts.utility,
      agreement: proposal,
    });
    const agreement: SignedAgreement = {
      ...proposal,
      signatures: byUtility([...proposal.signatures, { utility: partner, signature }]),
    };
    await parts.verifier.verifyCosigned(agreement, document.parties, 'crp');
    await parts.agreements.save(agreement, partner, agreementProjection(agreement));
    return agreement;
  };
}
