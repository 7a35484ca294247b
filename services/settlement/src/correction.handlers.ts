import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import {
  approveApprovalLimit,
  proposeApprovalLimit,
  readApprovalLimits,
} from './use-cases/bills/manage-approval-limits.js';
import { PORTS } from './tokens.js';
import { approveBillCredit, creditBill } from './use-cases/bills/credit-bill.js';
import { correctCharge } from './use-cases/corrections/correct-charge.js';
import { receiveCorrection } from './use-cases/corrections/receive-correction.js';
import { takeWriteOff, writeOffCdr } from './use-cases/corrections/write-off-cdr.js';

/** What is taken back, from partners and from drivers, and what two people write off. */
@Controller()
export class CorrectionHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.correctCharge)
  correctCharge(request: contracts.RequestOf<typeof contracts.correctCharge>) {
    return correctCharge(this.#ports, request);
  }

  @Handles(contracts.receiveCorrection)
  async receiveCorrection(request: contracts.RequestOf<typeof contracts.receiveCorrection>) {
    await receiveCorrection(this.#ports, request);
    return {};
  }

  @Handles(contracts.writeOffCdr)
  writeOffCdr(request: contracts.RequestOf<typeof contracts.writeOffCdr>) {
    return writeOffCdr(this.#ports, request);
  }

  @Handles(contracts.receiveWriteOff)
  async receiveWriteOff(request: contracts.RequestOf<typeof contracts.receiveWriteOff>) {
    await takeWriteOff(this.#ports, request.writeOff);
    return {};
  }

  @Handles(contracts.creditBill)
  creditBill(request: contracts.RequestOf<typeof contracts.creditBill>) {
    return creditBill(this.#ports, request);
  }

  @Handles(contracts.approveBillCredit)
  approveBillCredit(request: contracts.RequestOf<typeof contracts.approveBillCredit>) {
    return approveBillCredit(this.#ports, request);
  }

  @Handles(contracts.proposeApprovalLimit)
  proposeApprovalLimit(request: contracts.RequestOf<typeof contracts.proposeApprovalLimit>) {
    return proposeApprovalLimit(this.#ports, request);
  }

  @Handles(contracts.approveApprovalLimit)
  approveApprovalLimit(request: contracts.RequestOf<typeof contracts.approveApprovalLimit>) {
    return approveApprovalLimit(this.#ports, request);
  }

  @Handles(contracts.readApprovalLimits)
  readApprovalLimits() {
    return readApprovalLimits(this.#ports);
  }
}
