import { canonicalBytes } from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { LedgerError } from './ledger-error.js';
import type {
  JsonObject,
  LedgerRecord,
  LedgerRecordKind,
  LedgerTransaction,
  ListedRecord,
} from './port.js';

/** What travels to the contract, the same bytes whichever ledger carries them. */
export interface ContractRequest {
  /** canonical JSON; every member of the channel may read it */
  readonly argument: string;
  /** canonical JSON an entry; only endorsing peers see it */
  readonly transient: ReadonlyMap<string, Uint8Array>;
}

/** What the contract answers to a submission. */
export interface ContractOutcome {
  readonly businessKey: string;
  readonly documentHash: string;
  readonly first: boolean;
}

/** What `readRecord` answers, without the block, which the contract cannot know. */
export type StoredRecord = Omit<LedgerRecord, 'blockNumber'>;

/** @throws LedgerError `malformed_request` where a member has no canonical form */
export function requestFor(transaction: LedgerTransaction): ContractRequest {
  const { argument, businessKey, documentHash } = transaction;
  const transient = Object.entries({ ...transaction.transient, documentHash });
  return {
    argument: canonicalText({ ...argument, businessKey }),
    transient: new Map(transient.map(([name, value]) => [name, encode(value)])),
  };
}

/** @throws LedgerError `malformed_request` */
export function readRequestFor(businessKey: string): ContractRequest {
  return { argument: canonicalText({ businessKey }), transient: new Map() };
}

/** Reads the contract's answer. @throws TypeError where it is none: the contract is another version */
export function readOutcome(answer: string): ContractOutcome {
  const members = objectOf(JSON.parse(answer));
  const { businessKey, documentHash, first } = members;
  if (typeof first !== 'boolean') throw new TypeError('the contract answered without an outcome');
  return { businessKey: textOf(businessKey), documentHash: textOf(documentHash), first };
}

/** Reads the answer of `readRecord`. @throws TypeError where it is none */
export function readStoredRecord(answer: string): StoredRecord | null {
  const parsed: unknown = JSON.parse(answer);
  if (parsed === null) return null;
  const { fact, receipt } = objectOf(parsed);
  const { txId, recordedAt } = objectOf(receipt);
  return { ...toListed(fact), txId: textOf(txId), committedAt: textOf(recordedAt) };
}

/** Reads a fact as it stands in a collection. @throws TypeError where it is none */
export function readListedFact(text: string): ListedRecord {
  return toListed(JSON.parse(text));
}

function toListed(value: unknown): ListedRecord {
  const { kind, businessKey, documentHash, ...rest } = objectOf(value);
  return {
    kind: textOf(kind) as LedgerRecordKind,
    businessKey: textOf(businessKey),
    documentHash: textOf(documentHash),
    fact: rest as JsonObject,
  };
}

function canonicalText(value: unknown): string {
  return Buffer.from(encode(value)).toString('utf8');
}

function encode(value: unknown): Uint8Array {
  try {
    return canonicalBytes(value);
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    throw new LedgerError('malformed_request', error.message, { cause: error });
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError('the contract answered with another shape');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('the contract answered with another shape');
}
