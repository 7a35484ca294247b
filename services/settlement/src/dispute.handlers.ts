import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { resend } from './use-cases/ask-for-gaps.js';
import { answerDispute, takeDisputeAnswer } from './use-cases/disputes/answer-dispute.js';

/** What the two utilities say of a dispute, and what of a sequence was lost between them. */
@Controller()
export class DisputeHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.answerDispute)
  answerDispute(request: contracts.RequestOf<typeof contracts.answerDispute>) {
    return answerDispute(this.#ports, request);
  }

  @Handles(contracts.receiveDisputeAnswer)
  async receiveDisputeAnswer(request: contracts.RequestOf<typeof contracts.receiveDisputeAnswer>) {
    await takeDisputeAnswer(this.#ports, request.answer);
    return {};
  }

  @Handles(contracts.resendCdrs)
  async resendCdrs(request: contracts.RequestOf<typeof contracts.resendCdrs>) {
    await resend(this.#ports, request);
    return {};
  }
}
