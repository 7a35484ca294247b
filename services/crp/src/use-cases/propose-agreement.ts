import type {
  AgreementDocument,
  proposeAgreement,
  ReplyOf,
  RequestOf,
  SignedAgreement,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { agreementViewOf, assertMay, openProposalOf } from '../decisions/agreement-states.js';
import { checkAgreement, partnerIn } from '../decisions/check-agreement.js';
import { hashOf } from '../decisions/hash-of.js';
import type { AgreementRecord } from '../ports.js';
import { checkDefaultTariffs } from './check-default-tariffs.js';
import type { LoadTariffParts } from './load-tariff.js';
import type { CrpParts } from './parts.js';

export type AgreementParts = LoadTariffParts &
  Pick<CrpParts, 'agreements' | 'signer' | 'verifier' | 'registry' | 'clock'>;

/** What both parties check before they sign. @throws RoamgridError `unprocessable`, `immutable` */
export async function checkBeforeSigning(
  parts: AgreementParts,
  document: AgreementDocument,
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

function isKnown({ versions }: AgreementRecord, documentHash: string): boolean {
  return versions.some((one) => one.agreement.documentHash === documentHash && !one.isWithdrawn);
}

/** A first version, or the next one of an agreement that may be amended. @throws `state_conflict` */
export function assertNext(
  parts: Pick<CrpParts, 'utility' | 'clock'>,
  record: AgreementRecord,
  document: AgreementDocument,
): void {
  const [newest] = record.versions;
  if (newest === undefined) return;
  if (document.version <= newest.agreement.document.version) {
    throw new RoamgridError('state_conflict', 'a later version is there already');
  }
  if (openProposalOf(record) !== null) {
    throw new RoamgridError('state_conflict', 'another version waits for a signature');
  }
  assertMay('amend', record, parts.utility, parts.clock.now());
}

/** Keeps a proposal; the same one again changes nothing. */
export function keepProposal(
  parts: AgreementParts,
  agreement: SignedAgreement,
  of: { readonly partner: string; readonly proposedBy: string },
): Promise<AgreementRecord> {
  const { document, documentHash } = agreement;
  const { agreementId } = document;
  const { partner, proposedBy } = of;
  return parts.agreements.change({ agreementId, partner, atMs: parts.clock.now() }, (record) => {
    if (isKnown(record, documentHash)) return null;
    assertNext(parts, record, document);
    return { version: { agreement, proposedBy } };
  });
}

/**
 * Signs, lays it before the partner, keeps. It is in force when the partner has signed it too.
 *
 * @throws RoamgridError `unprocessable`, `immutable`, `state_conflict`, `peer_unreachable`, or
 *   whatever the partner refuses with
 */
export function proposeAgreementWith(
  parts: AgreementParts,
): (request: RequestOf<typeof proposeAgreement>) => Promise<ReplyOf<typeof proposeAgreement>> {
  return async ({ document }) => {
    const partner = await checkBeforeSigning(parts, document);
    const known = await parts.agreements.find(document.agreementId);
    if (known !== null && isKnown(known, hashOf(document))) {
      return agreementViewOf(known, parts.clock.now());
    }
    if (known !== null) assertNext(parts, known, document);
    const own = await parts.signer.sign(document);
    const agreement: SignedAgreement = {
      document,
      documentHash: own.documentHash,
      signatures: [{ utility: parts.utility, signature: own.signature }],
    };
    await parts.partners.receiveProposal(partner, { proposer: parts.utility, agreement });
    const record = await keepProposal(parts, agreement, { partner, proposedBy: parts.utility });
    return agreementViewOf(record, parts.clock.now());
  };
}
