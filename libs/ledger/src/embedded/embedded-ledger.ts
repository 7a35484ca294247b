import { formatInstant } from '@roamgrid/kernel';
import type { InstantMs } from '@roamgrid/kernel';
import type { Database, Transaction } from '@roamgrid/persistence';
import {
  readListedFact,
  readOutcome,
  readRequestFor,
  readStoredRecord,
  requestFor,
} from '../contract-messages.js';
import type { ContractRequest } from '../contract-messages.js';
import { LedgerError, readRefusal } from '../ledger-error.js';
import type {
  LedgerPort,
  LedgerReceipt,
  LedgerRecord,
  LedgerTransaction,
  ListedRecord,
} from '../port.js';
import { appendBlock, lockChain, readBlockNumber, readHead } from './block-store.js';
import { invokeContract } from './ledger-contract.js';
import type { LedgerContract } from './ledger-contract.js';
import { listFacts, type Queries } from './private-state.js';
import { failureOf } from './failure.js';
import { ownCollection, TransactionStub } from './transaction-stub.js';
import { verifyBlocks } from './verify-chain.js';
import type { ChainVerdict } from '../chain-verdict.js';
import type { ChainAnchor } from './verify-chain.js';

export interface EmbeddedLedgerOptions {
  /** the ledger's own database, migrated with `CreateLedger`; closed with the ledger */
  readonly database: Database;
  /** `new SettlementContract()` of the chaincode package */
  readonly contract: LedgerContract;
  /** a utility's slug → its MSP id; the contract's own `mspOf` */
  readonly mspOf: (slug: string) => string;
  readonly now: () => InstantMs;
  /** 64 digits of lower-case hex, never twice */
  readonly newTransactionId: () => string;
}

interface Proposal {
  readonly transaction: LedgerTransaction;
  readonly request: ContractRequest;
  readonly txId: string;
  readonly proposedAtMs: InstantMs;
  readonly callerMsp: string;
}

/** How far one submission has come, and what stopped it, before the database put its own words to it. */
interface Progress {
  isDecided: boolean;
  failure: unknown;
}

/**
 * The consortium's contract over PostgreSQL, in one process: one transaction is one block, each block
 * holds the hash of the one before it.
 *
 * It is **no consensus**. One operator runs it, nobody else endorses, and who owns the database can write
 * the whole chain anew. It proves tampering by anybody who cannot do that, and it refuses and records
 * exactly what the contract does on a Fabric network. For trials, and for one operator.
 */
export class EmbeddedLedger implements LedgerPort {
  readonly #options: EmbeddedLedgerOptions;

  constructor(options: EmbeddedLedgerOptions) {
    this.#options = options;
  }

  async submit(transaction: LedgerTransaction): Promise<LedgerReceipt> {
    const proposal = this.#propose(transaction);
    const progress: Progress = { isDecided: false, failure: undefined };
    try {
      return await this.#options.database.transaction((tx) => this.#work(tx, proposal, progress));
    } catch (error) {
      throw failureOf(progress.failure ?? error, progress.isDecided);
    }
  }

  async read(caller: string, businessKey: string): Promise<LedgerRecord | null> {
    const request = readRequestFor(businessKey);
    const callerMsp = this.#mspOf(caller);
    try {
      return await this.#readRecord(this.#options.database, callerMsp, request);
    } catch (error) {
      throw failureOf(error, false);
    }
  }

  async listRecords(
    caller: string,
    after: string | null,
    limit: number,
  ): Promise<readonly ListedRecord[]> {
    const collection = ownCollection(this.#mspOf(caller));
    try {
      const facts = await listFacts(this.#options.database, collection, after ?? '', limit);
      return facts.map(readListedFact);
    } catch (error) {
      throw failureOf(error, false);
    }
  }

  async height(): Promise<bigint> {
    try {
      const head = await readHead(this.#options.database);
      return head === null ? 0n : head.number + 1n;
    } catch (error) {
      throw failureOf(error, false);
    }
  }

  /**
   * Recomputes the whole chain and names the first block that was tampered with. Give a block that was
   * kept elsewhere to see blocks cut off at the end, or a chain rewritten as a whole.
   *
   * @throws LedgerError `ledger_unavailable`
   */
  async verifyChain(anchor: ChainAnchor | null = null): Promise<ChainVerdict> {
    try {
      return await verifyBlocks(this.#options.database, anchor);
    } catch (error) {
      throw failureOf(error, false);
    }
  }

  async close(): Promise<void> {
    await this.#options.database.close();
  }

  #propose(transaction: LedgerTransaction): Proposal {
    return {
      transaction,
      request: requestFor(transaction),
      txId: this.#options.newTransactionId(),
      proposedAtMs: this.#options.now(),
      callerMsp: this.#mspOf(transaction.caller),
    };
  }

  /** May run more than once: the database repeats what lost against another transaction. */
  async #work(tx: Transaction, proposal: Proposal, progress: Progress): Promise<LedgerReceipt> {
    progress.isDecided = false;
    progress.failure = undefined;
    try {
      await lockChain(tx);
      const receipt = await this.#decide(tx, proposal);
      progress.isDecided = true;
      return receipt;
    } catch (error) {
      progress.failure = error;
      throw error;
    }
  }

  async #decide(tx: Transaction, proposal: Proposal): Promise<LedgerReceipt> {
    const { transaction, request, txId, proposedAtMs, callerMsp } = proposal;
    const { transient } = request;
    const stub = new TransactionStub({ queries: tx, txId, proposedAtMs, callerMsp, transient });
    const answer = await this.#invoke(transaction.name, request, { stub, mspId: callerMsp });
    const { businessKey, documentHash, first } = readOutcome(answer);
    if (!first) return this.#firstReceipt(tx, callerMsp, businessKey);

    const proposedAt = formatInstant(proposedAtMs);
    const { name } = transaction;
    const content = { txId, name, callerMsp, proposedAt, argument: request.argument };
    const block = await appendBlock(tx, content, stub.writes);
    const blockNumber = String(block.number);
    return { txId, blockNumber, businessKey, documentHash, committedAt: proposedAt, first };
  }

  async #firstReceipt(
    tx: Transaction,
    callerMsp: string,
    businessKey: string,
  ): Promise<LedgerReceipt> {
    const record = await this.#readRecord(tx, callerMsp, readRequestFor(businessKey));
    if (record === null) throw new Error('the contract knows a record that its owner cannot read');
    const { txId, blockNumber, documentHash, committedAt } = record;
    return { txId, blockNumber, businessKey, documentHash, committedAt, first: false };
  }

  async #readRecord(
    queries: Queries,
    callerMsp: string,
    request: ContractRequest,
  ): Promise<LedgerRecord | null> {
    const { transient } = request;
    const [txId, proposedAtMs] = [this.#options.newTransactionId(), this.#options.now()];
    const stub = new TransactionStub({ queries, txId, proposedAtMs, callerMsp, transient });
    const answer = await this.#invoke('readRecord', request, { stub, mspId: callerMsp });
    const stored = readStoredRecord(answer);
    if (stored === null) return null;
    return { ...stored, blockNumber: String(await readBlockNumber(queries, stored.txId)) };
  }

  async #invoke(
    method: LedgerTransaction['name'] | 'readRecord',
    request: ContractRequest,
    caller: { readonly stub: TransactionStub; readonly mspId: string },
  ): Promise<string> {
    try {
      return await invokeContract(this.#options.contract, method, request.argument, caller);
    } catch (error) {
      throw (
        caller.stub.failure ?? (error instanceof Error ? readRefusal(error.message) : null) ?? error
      );
    }
  }

  #mspOf(caller: string): string {
    try {
      return this.#options.mspOf(caller);
    } catch (error) {
      throw new LedgerError('malformed_request', 'the caller is no utility', { cause: error });
    }
  }
}
