import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { answerCdr } from './use-cases/answer-cdr.js';
import { acceptCdr, objectCdr } from './use-cases/judge-cdr.js';
import { readCdr } from './use-cases/read-books.js';
import { receiveCdr } from './use-cases/receive-cdr.js';
import { recordCharge } from './use-cases/record-charge.js';

/** Charge detail records: made, received, answered. */
@Controller()
export class CdrHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.recordCharge)
  async recordCharge(request: contracts.RequestOf<typeof contracts.recordCharge>) {
    await recordCharge(this.#ports, request);
    return {};
  }

  @Handles(contracts.receiveCdr)
  async receiveCdr(request: contracts.RequestOf<typeof contracts.receiveCdr>) {
    await receiveCdr(this.#ports, request.cdr);
    return {};
  }

  @Handles(contracts.answerCdr)
  async answerCdr(request: contracts.RequestOf<typeof contracts.answerCdr>) {
    await answerCdr(this.#ports, request.answer);
    return {};
  }

  @Handles(contracts.objectCdr)
  objectCdr(request: contracts.RequestOf<typeof contracts.objectCdr>) {
    return objectCdr(this.#ports, request);
  }

  @Handles(contracts.acceptCdr)
  acceptCdr(request: contracts.RequestOf<typeof contracts.acceptCdr>) {
    return acceptCdr(this.#ports, request);
  }

  @Handles(contracts.readCdr)
  async readCdr(request: contracts.RequestOf<typeof contracts.readCdr>) {
    return { cdr: await readCdr(this.#ports, request.cdrId) };
  }
}
