import { Controller, Inject } from '@nestjs/common';
import {
  agreeTariff,
  answerOffer,
  cosignAgreedTariff,
  cosignAgreement,
  definePlan,
  draftPolicy,
  draftTariff,
  drainCrp,
  type DrainRequest,
  editTariff,
  makeRetailTariff,
  noteNegotiationEnd,
  noticeAgreement,
  proposeAgreement,
  publishLoadSignal,
  publishPolicy,
  publishTariff,
  readAgreement,
  readPlan,
  readPublishedTariff,
  receiveAgreementNotice,
  receiveLoadSignal,
  receiveProposal,
  recordFxRate,
  type ReplyOf,
  type RequestOf,
  signAgreement,
  withdrawTariff,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { Handles, type MessageMeta } from '@roamgrid/messaging';
import type { CrpUseCases } from './crp.use-cases.js';

export const CRP_USE_CASES = Symbol('CrpUseCases');

/** A partner speaks for itself only. */
function assertSpeaksFor(meta: MessageMeta, utility: string): void {
  const [speaker] = meta.from.split('/');
  if (speaker !== utility) throw new RoamgridError('forbidden', 'the sender is another utility');
}

@Controller()
export class CrpHandlers {
  readonly #useCases: CrpUseCases;

  constructor(@Inject(CRP_USE_CASES) useCases: CrpUseCases) {
    this.#useCases = useCases;
  }

  @Handles(draftTariff)
  draftTariff(request: RequestOf<typeof draftTariff>): Promise<ReplyOf<typeof draftTariff>> {
    return this.#useCases.draftTariff(request);
  }

  @Handles(editTariff)
  editTariff(request: RequestOf<typeof editTariff>): Promise<ReplyOf<typeof editTariff>> {
    return this.#useCases.editTariff(request);
  }

  @Handles(withdrawTariff)
  withdrawTariff(
    request: RequestOf<typeof withdrawTariff>,
  ): Promise<ReplyOf<typeof withdrawTariff>> {
    return this.#useCases.withdrawTariff(request);
  }

  @Handles(publishTariff)
  publishTariff(request: RequestOf<typeof publishTariff>): Promise<ReplyOf<typeof publishTariff>> {
    return this.#useCases.publishTariff(request);
  }

  @Handles(proposeAgreement)
  proposeAgreement(
    request: RequestOf<typeof proposeAgreement>,
  ): Promise<ReplyOf<typeof proposeAgreement>> {
    return this.#useCases.proposeAgreement(request);
  }

  @Handles(receiveProposal)
  async receiveProposal(
    request: RequestOf<typeof receiveProposal>,
    meta: MessageMeta,
  ): Promise<Record<string, never>> {
    assertSpeaksFor(meta, request.proposer);
    return this.#useCases.receiveProposal(request);
  }

  @Handles(signAgreement)
  signAgreement(request: RequestOf<typeof signAgreement>): Promise<ReplyOf<typeof signAgreement>> {
    return this.#useCases.signAgreement(request);
  }

  @Handles(cosignAgreement)
  async cosignAgreement(
    request: RequestOf<typeof cosignAgreement>,
    meta: MessageMeta,
  ): Promise<Record<string, never>> {
    assertSpeaksFor(meta, request.signer);
    return this.#useCases.cosignAgreement(request);
  }

  @Handles(noticeAgreement)
  noticeAgreement(
    request: RequestOf<typeof noticeAgreement>,
  ): Promise<ReplyOf<typeof noticeAgreement>> {
    return this.#useCases.noticeAgreement(request);
  }

  @Handles(receiveAgreementNotice)
  async receiveAgreementNotice(
    request: RequestOf<typeof receiveAgreementNotice>,
    meta: MessageMeta,
  ): Promise<Record<string, never>> {
    assertSpeaksFor(meta, request.notice.document.by);
    return this.#useCases.receiveAgreementNotice(request);
  }

  @Handles(agreeTariff)
  agreeTariff(request: RequestOf<typeof agreeTariff>): Promise<ReplyOf<typeof agreeTariff>> {
    return this.#useCases.agreeTariff(request);
  }

  @Handles(answerOffer)
  async answerOffer(
    request: RequestOf<typeof answerOffer>,
    meta: MessageMeta,
  ): Promise<ReplyOf<typeof answerOffer>> {
    assertSpeaksFor(meta, request.visitedUtility);
    return this.#useCases.answerOffer(request);
  }

  @Handles(cosignAgreedTariff)
  async cosignAgreedTariff(
    request: RequestOf<typeof cosignAgreedTariff>,
    meta: MessageMeta,
  ): Promise<ReplyOf<typeof cosignAgreedTariff>> {
    assertSpeaksFor(meta, request.visitedUtility);
    return this.#useCases.cosignAgreedTariff(request);
  }

  @Handles(noteNegotiationEnd)
  async noteNegotiationEnd(
    request: RequestOf<typeof noteNegotiationEnd>,
    meta: MessageMeta,
  ): Promise<Record<string, never>> {
    assertSpeaksFor(meta, request.visitedUtility);
    return this.#useCases.noteNegotiationEnd(request);
  }

  @Handles(makeRetailTariff)
  makeRetailTariff(
    request: RequestOf<typeof makeRetailTariff>,
  ): Promise<ReplyOf<typeof makeRetailTariff>> {
    return this.#useCases.makeRetailTariff(request);
  }

  @Handles(readAgreement)
  readAgreement(request: RequestOf<typeof readAgreement>): Promise<ReplyOf<typeof readAgreement>> {
    return this.#useCases.readAgreement(request);
  }

  @Handles(readPlan)
  readPlan(request: RequestOf<typeof readPlan>): Promise<ReplyOf<typeof readPlan>> {
    return this.#useCases.readPlan(request);
  }

  @Handles(readPublishedTariff)
  readPublishedTariff(
    request: RequestOf<typeof readPublishedTariff>,
  ): Promise<ReplyOf<typeof readPublishedTariff>> {
    return this.#useCases.readPublishedTariff(request);
  }

  @Handles(definePlan)
  definePlan(request: RequestOf<typeof definePlan>): Promise<Record<string, never>> {
    return this.#useCases.definePlan(request);
  }

  @Handles(draftPolicy)
  draftPolicy(request: RequestOf<typeof draftPolicy>): Promise<ReplyOf<typeof draftPolicy>> {
    return this.#useCases.draftPolicy(request);
  }

  @Handles(publishPolicy)
  publishPolicy(request: RequestOf<typeof publishPolicy>): Promise<ReplyOf<typeof publishPolicy>> {
    return this.#useCases.publishPolicy(request);
  }

  @Handles(recordFxRate)
  recordFxRate(request: RequestOf<typeof recordFxRate>): Promise<Record<string, never>> {
    return this.#useCases.recordFxRate(request);
  }

  @Handles(publishLoadSignal)
  publishLoadSignal(
    request: RequestOf<typeof publishLoadSignal>,
  ): Promise<ReplyOf<typeof publishLoadSignal>> {
    return this.#useCases.publishLoadSignal(request);
  }

  @Handles(receiveLoadSignal)
  async receiveLoadSignal(
    request: RequestOf<typeof receiveLoadSignal>,
    meta: MessageMeta,
  ): Promise<Record<string, never>> {
    assertSpeaksFor(meta, request.loadSignal.document.visitedUtility);
    return this.#useCases.receiveLoadSignal(request);
  }

  @Handles(drainCrp)
  drain(request: DrainRequest): Promise<Record<string, never>> {
    return this.#useCases.drain(request);
  }
}
