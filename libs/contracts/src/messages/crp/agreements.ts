import { z } from 'zod';
import { defineContract } from '../../contract.js';
import {
  agreementDocument,
  agreementNoticeDocument,
  signedAgreement,
  signedAgreementNotice,
} from '../../documents/agreement.js';
import { identifier, instantString, nothing, utilitySlug } from '../../values.js';

/**
 * `proposed` until both have signed; then `active`, or `suspended` by either, until it is `ended`.
 * `withdrawn`: a proposal that came to nothing.
 */
export const agreementState = z.enum(['proposed', 'active', 'suspended', 'ended', 'withdrawn']);
export type AgreementState = z.infer<typeof agreementState>;

/** One agreement with all its versions and what either party has said of it. */
export const agreementView = z.strictObject({
  ...signedAgreement.shape,
  agreementId: identifier,
  state: agreementState,
  /** newest first; the newest that both signed stands on the view itself */
  versions: z.array(
    z.strictObject({
      version: z.int().min(1),
      state: z.enum(['proposed', 'signed', 'withdrawn']),
      notBefore: instantString,
      notAfter: instantString,
      documentHash: z.string(),
      proposedBy: utilitySlug,
    }),
  ),
  notices: z.array(signedAgreementNotice),
});
export type AgreementView = z.infer<typeof agreementView>;

export const proposeAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'proposeAgreement',
  version: 2,
  summary: 'Signs an agreement, or a new version of one, and lays it before the partner.',
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ document: agreementDocument, by: z.string() }),
  reply: agreementView,
});

export const receiveProposal = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'receiveProposal',
  version: 1,
  summary: "A partner's CRP lays an agreement that it has signed before us.",
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ proposer: utilitySlug, agreement: signedAgreement }),
  reply: nothing,
});

export const signAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'signAgreement',
  version: 1,
  summary: "Signs what the partner has proposed; then it is both parties' agreement.",
  senders: ['portal'],
  scope: 'own',
  request: z.strictObject({ agreementId: identifier, by: z.string() }),
  reply: agreementView,
});

export const cosignAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'cosignAgreement',
  version: 2,
  summary: 'The partner has signed what we proposed.',
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ signer: utilitySlug, agreement: signedAgreement }),
  reply: nothing,
});

export const noticeAgreement = defineContract({
  kind: 'command',
  service: 'crp',
  name: 'noticeAgreement',
  version: 1,
  summary: 'Suspends, resumes or ends an agreement, or takes a proposal back; the partner is told.',
  senders: ['portal'],
  scope: 'own',
  request: agreementNoticeDocument
    .pick({ agreementId: true, action: true, reason: true })
    .extend({ at: instantString.nullable() }),
  reply: agreementView,
});

export const receiveAgreementNotice = defineContract({
  kind: 'event',
  service: 'crp',
  name: 'receiveAgreementNotice',
  version: 1,
  summary: 'A partner has suspended, resumed or ended an agreement, or taken a proposal back.',
  senders: ['crp'],
  scope: 'partner',
  request: z.strictObject({ notice: signedAgreementNotice }),
  reply: nothing,
});
