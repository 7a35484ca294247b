import type { ChainVerdict } from './chain-verdict.js';
import type { LEDGER_RECORD_KINDS, LEDGER_TRANSACTIONS } from '@roamgrid/contracts';

/** What a party may ask the contract to record. One name a transaction of the contract. */
export type LedgerTransactionName = (typeof LEDGER_TRANSACTIONS)[number];

/** A value that JSON can carry without loss. Amounts are decimal strings, never numbers. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

export type JsonObject = Readonly<Record<string, JsonValue>>;

/**
 * One intent to record something. Persist it before it is submitted: after an unknown outcome the same
 * transaction is submitted again, or its business key is read.
 */
export interface LedgerTransaction {
  readonly name: LedgerTransactionName;
  /** slug of the utility that submits */
  readonly caller: string;
  /** lower-case hex HMAC-SHA-256, see `businessKey` */
  readonly businessKey: string;
  /** lower-case hex SHA-256 of the document's canonical form; travels as transient data */
  readonly documentHash: string;
  /**
   * What every member of the channel may see: `{creditor, debtor}` (slugs), for a step upon an invoice
   * `invoiceKey` too; for `recordAgreement`, `recordSettlement`
   * and `recordPayment` `{party, counterparty}`.
   */
  readonly argument: JsonObject;
  /**
   * What only the endorsing parties see, one canonical JSON text a member: `salt` (hex, 32 bytes) always;
   * `invoiceHash` for a step upon an invoice; `invoiceSalt` too for acceptance, credit and verification;
   * `invoice` and `lines` for verification.
   */
  readonly transient?: Readonly<Record<string, unknown>>;
}

/** That a document is recorded. The same document under the same key always has the same receipt. */
export interface LedgerReceipt {
  /** lower-case hex, 64 digits */
  readonly txId: string;
  /** decimal */
  readonly blockNumber: string;
  readonly businessKey: string;
  readonly documentHash: string;
  /** RFC 3339, UTC: the time of the transaction's proposal */
  readonly committedAt: string;
  /** false: the document had been recorded before, and the receipt is that of the first time */
  readonly first: boolean;
}

export type LedgerRecordKind = (typeof LEDGER_RECORD_KINDS)[number];

/** What the caller's own collection holds under a business key. */
export interface LedgerRecord {
  readonly kind: LedgerRecordKind;
  readonly businessKey: string;
  readonly documentHash: string;
  readonly txId: string;
  readonly blockNumber: string;
  readonly committedAt: string;
  /** every other member of the recorded fact: parties, salt, `invoiceKey`, `invoiceHash`, `checks` */
  readonly fact: JsonObject;
}

/** A record without what its transaction was. */
export type ListedRecord = Pick<LedgerRecord, 'kind' | 'businessKey' | 'documentHash' | 'fact'>;

/**
 * The ledger as services see it. What an adapter promises stands in `test/ledger-specification.ts`,
 * which every adapter passes.
 */
export interface LedgerPort {
  /**
   * Records a document, or answers with the receipt of the first time.
   *
   * @throws LedgerError `ledger_conflict` another document stands under this key; `state_conflict` the
   *   invoice is past this step; `forbidden` the caller is not the party that may do this;
   *   `malformed_request`, `unprocessable`, `invalid_proof`, `not_built` the contract refuses;
   *   `ledger_unavailable` nothing was recorded, the same may be sent again;
   *   `ledger_outcome_unknown` read the key, or send the same again
   */
  submit(transaction: LedgerTransaction): Promise<LedgerReceipt>;

  /**
   * What the caller recorded under a key, null where there is nothing.
   *
   * @throws LedgerError `ledger_unavailable`, `malformed_request`
   */
  read(caller: string, businessKey: string): Promise<LedgerRecord | null>;

  /**
   * What stands in the caller's own collection, in order of key, the keys after `after`; for an audit, which reads
   * beside the posting path. Null, or absent, where the ledger lists nothing.
   *
   * @throws LedgerError `ledger_unavailable`, `malformed_request`
   */
  listRecords?(
    caller: string,
    after: string | null,
    limit: number,
  ): Promise<readonly ListedRecord[] | null>;

  /** Number of blocks. @throws LedgerError `ledger_unavailable` */
  height(): Promise<bigint>;

  /**
   * Recomputes all blocks; null, or absent, where the ledger's members do that themselves.
   *
   * @throws LedgerError `ledger_unavailable`
   */
  verifyChain?(): Promise<ChainVerdict | null>;

  close(): Promise<void>;
}
