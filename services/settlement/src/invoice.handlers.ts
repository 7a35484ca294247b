import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { answerInvoice } from './use-cases/answer-invoice.js';
import { acceptInvoice, disputeInvoice } from './use-cases/answer-received-invoice.js';
import { closePeriod } from './use-cases/close-period.js';
import { creditInvoice } from './use-cases/credit-invoice.js';
import { listInvoiceLines, proveCdr, readLedger } from './use-cases/read-books.js';
import { receiveCredit } from './use-cases/receive-credit.js';
import { receiveInvoice } from './use-cases/receive-invoice.js';

/** Invoices between utilities: issued, received, answered, credited, proved. */
@Controller()
export class InvoiceHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.closePeriod)
  closePeriod(request: contracts.RequestOf<typeof contracts.closePeriod>) {
    return closePeriod(this.#ports, request);
  }

  @Handles(contracts.receiveInvoice)
  async receiveInvoice(request: contracts.RequestOf<typeof contracts.receiveInvoice>) {
    await receiveInvoice(this.#ports, request.invoice, request.lines);
    return {};
  }

  @Handles(contracts.acceptInvoice)
  acceptInvoice(request: contracts.RequestOf<typeof contracts.acceptInvoice>) {
    return acceptInvoice(this.#ports, request.invoiceId);
  }

  @Handles(contracts.disputeInvoice)
  disputeInvoice(request: contracts.RequestOf<typeof contracts.disputeInvoice>) {
    return disputeInvoice(this.#ports, request.invoiceId, request.lines);
  }

  @Handles(contracts.answerInvoice)
  async answerInvoice(request: contracts.RequestOf<typeof contracts.answerInvoice>) {
    await answerInvoice(this.#ports, request.answer);
    return {};
  }

  @Handles(contracts.creditInvoice)
  creditInvoice(request: contracts.RequestOf<typeof contracts.creditInvoice>) {
    return creditInvoice(this.#ports, request);
  }

  @Handles(contracts.receiveCredit)
  async receiveCredit(request: contracts.RequestOf<typeof contracts.receiveCredit>) {
    await receiveCredit(this.#ports, request.creditNote);
    return {};
  }

  @Handles(contracts.listInvoiceLines)
  listInvoiceLines(request: contracts.RequestOf<typeof contracts.listInvoiceLines>) {
    return listInvoiceLines(this.#ports, request);
  }

  @Handles(contracts.proveCdr)
  proveCdr(request: contracts.RequestOf<typeof contracts.proveCdr>) {
    return proveCdr(this.#ports, request);
  }

  @Handles(contracts.readLedger)
  readLedger(request: contracts.RequestOf<typeof contracts.readLedger>) {
    return readLedger(this.#ports, request.businessKey);
  }
}
