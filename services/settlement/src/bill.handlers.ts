import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';
import type { Ports } from './ports.js';
import { PORTS } from './tokens.js';
import { auditBooks } from './use-cases/audit-books.js';
import { authorizeCard } from './use-cases/cards/authorize-card.js';
import { issueBills } from './use-cases/issue-bills.js';
import { depositCredit, releaseCredit, reserveCredit } from './use-cases/keep-credit.js';
import { readBalances } from './use-cases/netting/read-balances.js';
import { matchCharges } from './use-cases/match-charges.js';
import { matchReplays } from './use-cases/match-replays.js';
import { readCredit } from './use-cases/read-books.js';

/** Drivers' bills and prepaid accounts, balances, the audit, and the outbox. */
@Controller()
export class BillHandlers {
  readonly #ports: Ports;

  constructor(@Inject(PORTS) ports: Ports) {
    this.#ports = ports;
  }

  @Handles(contracts.issueBills)
  async issueBills(request: contracts.RequestOf<typeof contracts.issueBills>) {
    return { items: await issueBills(this.#ports, request.from, request.to) };
  }

  @Handles(contracts.depositCredit)
  depositCredit(request: contracts.RequestOf<typeof contracts.depositCredit>) {
    return depositCredit(this.#ports, request);
  }

  @Handles(contracts.reserveCredit)
  reserveCredit(request: contracts.RequestOf<typeof contracts.reserveCredit>) {
    return reserveCredit(this.#ports, request);
  }

  @Handles(contracts.releaseCredit)
  async releaseCredit(request: contracts.RequestOf<typeof contracts.releaseCredit>) {
    await releaseCredit(this.#ports, request.mandateId);
    return {};
  }

  @Handles(contracts.authorizeCard)
  authorizeCard(request: contracts.RequestOf<typeof contracts.authorizeCard>) {
    return authorizeCard(this.#ports, request);
  }

  @Handles(contracts.readBalances)
  readBalances() {
    return readBalances(this.#ports);
  }

  @Handles(contracts.readCredit)
  readCredit(request: contracts.RequestOf<typeof contracts.readCredit>) {
    return readCredit(this.#ports, request.consumerId);
  }

  @Handles(contracts.auditBooks)
  auditBooks() {
    return auditBooks(this.#ports);
  }

  @Handles(contracts.matchReplays)
  matchReplays(request: contracts.RequestOf<typeof contracts.matchReplays>) {
    return matchReplays(this.#ports, request.charges);
  }

  @Handles(contracts.matchCharges)
  matchCharges(request: contracts.RequestOf<typeof contracts.matchCharges>) {
    return matchCharges(this.#ports, request.charges);
  }

  @Handles(contracts.drainSettlement)
  async drain(request: contracts.DrainRequest) {
    await this.#ports.drain(request);
    return {};
  }
}
