import type {
  AgreementNoticeDocument,
  noticeAgreement,
  receiveAgreementNotice,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { agreementViewOf, assertMay } from '../decisions/agreement-states.js';
import type { CrpParts } from './parts.js';

type NoticeParts = Pick<
  CrpParts,
  'utility' | 'agreements' | 'signer' | 'clock' | 'ids' | 'verifier'
>;

/**
 * Says something of an agreement, signed: it is suspended, resumed or ended, or a proposal is taken back. It
 * holds here at once and at the partner when the partner has heard it.
 *
 * @throws RoamgridError `not_found`, `state_conflict`, `unprocessable` for an end in the past
 */
export function noticeAgreementWith(
  parts: NoticeParts,
): (request: RequestOf<typeof noticeAgreement>) => Promise<ReplyOf<typeof noticeAgreement>> {
  return async ({ agreementId, action, reason, at }) => {
    const nowMs = parts.clock.now();
    if (at !== null && parseInstant(at) < nowMs) {
      throw new RoamgridError('unprocessable', 'what has passed cannot be changed', [
        { path: 'at', message: 'must not lie in the past' },
      ]);
    }
    const found = await parts.agreements.find(agreementId);
    if (found === null) throw new RoamgridError('not_found', 'no such agreement');
    const document: AgreementNoticeDocument = {
      type: 'agreementNotice',
      schemaVersion: 1,
      noticeId: parts.ids.uuid(),
      agreementId,
      action,
      by: parts.utility,
      reason,
      at: at ?? formatInstant(nowMs),
      issuedAt: formatInstant(nowMs),
    };
    const notice = await parts.signer.sign(document);
    const { partner } = found;
    const record = await parts.agreements.change(
      { agreementId, partner, atMs: nowMs },
      (current) => {
        assertMay(action, current, parts.utility, nowMs);
        return { notice, tellPartner: true };
      },
    );
    return agreementViewOf(record, nowMs);
  };
}

/** @throws RoamgridError `signature_invalid`, `not_found`, `forbidden` for who is no party */
export function receiveAgreementNoticeWith(
  parts: NoticeParts,
): (request: RequestOf<typeof receiveAgreementNotice>) => Promise<Record<string, never>> {
  return async ({ notice }) => {
    const { agreementId, by, noticeId } = notice.document;
    await parts.verifier.verify(notice, by, 'crp');
    const found = await parts.agreements.find(agreementId);
    if (found === null) throw new RoamgridError('not_found', 'no such agreement');
    if (found.partner !== by) throw new RoamgridError('forbidden', 'the sender is no party');
    const of = { agreementId, partner: by, atMs: parts.clock.now() };
    await parts.agreements.change(of, ({ notices }) =>
      notices.some(({ document }) => document.noticeId === noticeId) ? null : { notice },
    );
    return {};
  };
}
