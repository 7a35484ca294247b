import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { cosignSettlement } from './use-cases/netting/cosign-settlement.js';
import { netWithPartner } from './use-cases/netting/net-with-partner.js';
import { paySettlement } from './use-cases/netting/pay-settlement.js';
import { receivePayment } from './use-cases/netting/receive-payment.js';

/** Settlements between utilities: netted, signed by both, paid. */
@Controller()
export class NettingHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.netWithPartner)
  netWithPartner(request: contracts.RequestOf<typeof contracts.netWithPartner>) {
    return netWithPartner(this.#ports, request);
  }

  @Handles(contracts.cosignSettlement)
  cosignSettlement(request: contracts.RequestOf<typeof contracts.cosignSettlement>) {
    return cosignSettlement(this.#ports, request.settlement);
  }

  @Handles(contracts.paySettlement)
  paySettlement(request: contracts.RequestOf<typeof contracts.paySettlement>) {
    return paySettlement(this.#ports, request.settlementId);
  }

  @Handles(contracts.receivePayment)
  async receivePayment(request: contracts.RequestOf<typeof contracts.receivePayment>) {
    await receivePayment(this.#ports, request.advice);
    return {};
  }
}
