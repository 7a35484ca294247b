import { createHash } from 'node:crypto';
import {
  LedgerError,
  type ChainVerdict,
  type LedgerPort,
  type LedgerReceipt,
  type LedgerRecord,
  type LedgerTransaction,
  type ListedRecord,
} from '@roamgrid/ledger';

/** Put-if-absent by business key, and failures on demand. */
export class MemoryLedger implements LedgerPort {
  readonly records = new Map<string, LedgerReceipt>();
  readonly submitted: LedgerTransaction[] = [];
  /** thrown before anything is recorded, or after, as on a lost answer */
  failure: { readonly error: LedgerError; readonly recorded: boolean } | null = null;

  submit(transaction: LedgerTransaction): Promise<LedgerReceipt> {
    this.submitted.push(transaction);
    const { failure } = this;
    if (failure !== null && !failure.recorded) return Promise.reject(failure.error);
    const receipt = this.#record(transaction);
    return failure === null ? Promise.resolve(receipt) : Promise.reject(failure.error);
  }

  read(_caller: string, businessKey: string): Promise<LedgerRecord | null> {
    const receipt = this.records.get(businessKey);
    if (receipt === undefined) return Promise.resolve(null);
    const { txId, blockNumber, documentHash, committedAt } = receipt;
    const record = { kind: 'invoice' as const, businessKey, documentHash, txId, blockNumber };
    return Promise.resolve({ ...record, committedAt, fact: {} });
  }

  /** what stands in the collections and nobody here submitted; null: this ledger lists nothing */
  foreign: readonly ListedRecord[] | null = null;

  listRecords(caller: string, after: string | null): Promise<readonly ListedRecord[] | null> {
    if (this.foreign === null) return Promise.resolve(null);
    const own = this.submitted
      .filter((one) => one.caller === caller)
      .map(({ name, businessKey, documentHash }) => ({
        kind: name === 'presentInvoice' ? ('invoice' as const) : ('acceptance' as const),
        businessKey,
        documentHash,
        fact: {},
      }));
    const all = [...own, ...this.foreign].filter(({ businessKey }) => businessKey > (after ?? ''));
    return Promise.resolve(
      all.sort((left, right) => (left.businessKey < right.businessKey ? -1 : 1)),
    );
  }

  /** what recomputing the chain finds; null: this ledger has no chain */
  verdict: ChainVerdict | null = null;

  verifyChain(): Promise<ChainVerdict | null> {
    return Promise.resolve(this.verdict);
  }

  height(): Promise<bigint> {
    return Promise.resolve(BigInt(this.records.size));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #record({ businessKey, documentHash }: LedgerTransaction): LedgerReceipt {
    const known = this.records.get(businessKey);
    if (known !== undefined) {
      if (known.documentHash === documentHash) return { ...known, first: false };
      throw new LedgerError('ledger_conflict', 'another document');
    }
    const receipt: LedgerReceipt = {
      txId: createHash('sha256').update(businessKey).digest('hex'),
      blockNumber: String(this.records.size),
      businessKey,
      documentHash,
      committedAt: '2026-11-20T12:00:00Z',
      first: true,
    };
    this.records.set(businessKey, receipt);
    return receipt;
  }
}
