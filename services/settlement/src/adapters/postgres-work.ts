import { subjectOf, type Contract, type RequestInput } from '@roamgrid/contracts';
import type { Database, OutboxMessage, Transaction } from '@roamgrid/persistence';
import type { Books, UnitOfWork } from '../ports.js';
import { PostgresApprovals } from './postgres-approvals.js';
import { PostgresBank } from './postgres-bank.js';
import { PostgresBills } from './postgres-bills.js';
import { PostgresCards } from './postgres-cards.js';
import { PostgresCdrs } from './postgres-cdrs.js';
import { PostgresCorrections } from './postgres-corrections.js';
import { PostgresCredit } from './postgres-credit.js';
import { PostgresExposures } from './postgres-exposures.js';
import { PostgresDisputes } from './postgres-disputes.js';
import { PostgresGaps } from './postgres-gaps.js';
import { PostgresFeed } from './postgres-feed.js';
import { PostgresHolds } from './postgres-holds.js';
import { PostgresIntents } from './postgres-intents.js';
import { PostgresInvoices } from './postgres-invoices.js';
import { PostgresJournal } from './postgres-journal.js';
import { PostgresOfflineCharges } from './postgres-offline-charges.js';
import { PostgresPayments } from './postgres-payments.js';
import { PostgresSettlements } from './postgres-settlements.js';

/** The books over one transaction of this service's schema. */
export class PostgresWork implements UnitOfWork {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async run<T>(work: (books: Books) => Promise<T>): Promise<T> {
    const { result, intents } = await this.#database.transaction(async (tx) => {
      const added: true[] = [];
      const messages: OutboxMessage[] = [];
      const books = this.#open(tx, messages, () => {
        added.push(true);
      });
      const done = await work(books);
      await tx.enqueueAll(messages);
      return { result: done, intents: added.length };
    });
    if (intents > 0) for (const listener of this.#listeners) listener();
    return result;
  }

  onIntent(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #open(tx: Transaction, messages: OutboxMessage[], onIntentAdded: () => void): Books {
    return {
      cdrs: new PostgresCdrs(tx),
      holds: new PostgresHolds(tx),
      bills: new PostgresBills(tx),
      invoices: new PostgresInvoices(tx),
      credit: new PostgresCredit(tx),
      corrections: new PostgresCorrections(tx),
      approvals: new PostgresApprovals(tx),
      disputes: new PostgresDisputes(tx),
      gaps: new PostgresGaps(tx),
      journal: new PostgresJournal(tx, this.#now),
      intents: new PostgresIntents(tx, this.#now, onIntentAdded),
      settlements: new PostgresSettlements(tx),
      payments: new PostgresPayments(tx),
      exposures: new PostgresExposures(tx),
      feed: new PostgresFeed(tx),
      cards: new PostgresCards(tx),
      bank: new PostgresBank(tx),
      offlineCharges: new PostgresOfflineCharges(tx),
      send<C extends Contract>(contract: C, to: string, payload: RequestInput<C>, key: string) {
        messages.push({ to, subject: subjectOf(contract), payload, key });
      },
    };
  }
}
