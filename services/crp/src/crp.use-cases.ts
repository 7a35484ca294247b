import type {
  DrainRequest,
  readPlan,
  readPublishedTariff,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';
import { hashOf } from './decisions/hash-of.js';
import { agreeTariffWith } from './use-cases/agree-tariff.js';
import { answerOfferWith } from './use-cases/answer-offer.js';
import { cosignAgreedTariffWith } from './use-cases/cosign-agreed-tariff.js';
import { cosignAgreementWith } from './use-cases/cosign-agreement.js';
import { definePlanWith } from './use-cases/define-plan.js';
import { draftPolicyWith } from './use-cases/draft-policy.js';
import { draftTariffWith } from './use-cases/draft-tariff.js';
import { editTariffWith } from './use-cases/edit-tariff.js';
import { makeRetailTariffWith } from './use-cases/make-retail-tariff.js';
import { noteNegotiationEndWith } from './use-cases/note-negotiation-end.js';
import { noticeAgreementWith, receiveAgreementNoticeWith } from './use-cases/notice-agreement.js';
import type { CrpParts } from './use-cases/parts.js';
import { proposeAgreementWith } from './use-cases/propose-agreement.js';
import { publishLoadSignalWith } from './use-cases/publish-load-signal.js';
import { publishPolicyWith } from './use-cases/publish-policy.js';
import { publishTariffWith } from './use-cases/publish-tariff.js';
import { readAgreementWith } from './use-cases/read-agreement.js';
import { receiveLoadSignalWith } from './use-cases/receive-load-signal.js';
import { receiveProposalWith } from './use-cases/receive-proposal.js';
import { recordFxRateWith } from './use-cases/record-fx-rate.js';
import { signAgreementWith } from './use-cases/sign-agreement.js';
import { withdrawTariffWith } from './use-cases/withdraw-tariff.js';

/** What crp can do, in one list. */
export function crpUseCases(parts: CrpParts) {
  return {
    draftTariff: draftTariffWith(parts),
    editTariff: editTariffWith(parts),
    withdrawTariff: withdrawTariffWith(parts),
    publishTariff: publishTariffWith(parts),
    proposeAgreement: proposeAgreementWith(parts),
    receiveProposal: receiveProposalWith(parts),
    signAgreement: signAgreementWith(parts),
    cosignAgreement: cosignAgreementWith(parts),
    noticeAgreement: noticeAgreementWith(parts),
    receiveAgreementNotice: receiveAgreementNoticeWith(parts),
    agreeTariff: agreeTariffWith(parts),
    answerOffer: answerOfferWith(parts),
    cosignAgreedTariff: cosignAgreedTariffWith(parts),
    noteNegotiationEnd: noteNegotiationEndWith(parts),
    makeRetailTariff: makeRetailTariffWith(parts),
    definePlan: definePlanWith(parts),
    draftPolicy: draftPolicyWith(parts),
    publishPolicy: publishPolicyWith(parts),
    recordFxRate: recordFxRateWith(parts),
    publishLoadSignal: publishLoadSignalWith(parts),
    receiveLoadSignal: receiveLoadSignalWith(parts),
    readAgreement: readAgreementWith(parts),
    async readPlan({ planId }: RequestOf<typeof readPlan>): Promise<ReplyOf<typeof readPlan>> {
      const found = await parts.plans.current(planId);
      if (found === null) return { plan: null };
      return { plan: { version: found.version, hash: hashOf(found.plan) } };
    },
    async readPublishedTariff({
      hash,
    }: RequestOf<typeof readPublishedTariff>): Promise<ReplyOf<typeof readPublishedTariff>> {
      const view = await parts.tariffs.publishedWholesale(hash);
      return { tariff: view?.document ?? null };
    },
    async drain(request: DrainRequest): Promise<Record<string, never>> {
      await parts.drain(request);
      return {};
    },
  };
}
export type CrpUseCases = ReturnType<typeof crpUseCases>;
