import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { listBankItems } from './use-cases/bank/list-items.js';
import { readCardPayout } from './use-cases/bank/read-payout.js';
import { readBankStatement } from './use-cases/bank/read-statement.js';
import { resolveBankItem } from './use-cases/bank/resolve-item.js';

/** What our bank and our payment provider say has moved. */
@Controller()
export class BankHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.readBankStatement)
  readBankStatement(request: contracts.RequestOf<typeof contracts.readBankStatement>) {
    return readBankStatement(this.#ports, request);
  }

  @Handles(contracts.readCardPayout)
  readCardPayout(request: contracts.RequestOf<typeof contracts.readCardPayout>) {
    return readCardPayout(this.#ports, request);
  }

  @Handles(contracts.listBankItems)
  listBankItems(request: contracts.RequestOf<typeof contracts.listBankItems>) {
    return listBankItems(this.#ports, request);
  }

  @Handles(contracts.resolveBankItem)
  resolveBankItem(request: contracts.RequestOf<typeof contracts.resolveBankItem>) {
    return resolveBankItem(this.#ports, request);
  }
}
