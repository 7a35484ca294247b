import type { Call } from './call.js';
import { canonicalText, hashHex } from './canonical.js';
import { membersOf, parseCanonical } from './members.js';
import { collectionOf } from './parties.js';
import { Refusal } from './refusal.js';

/**
 * What a record says. It follows from its document and the pair's secrets alone (no time, no transaction
 * id), so that the other party can compute its bytes and compare their hash, which everybody may read.
 */
export interface Fact {
  readonly kind:
    | 'invoice'
    | 'verification'
    | 'acceptance'
    | 'dispute'
    | 'credit'
    | 'agreement'
    | 'settlement'
    | 'payment';
  readonly businessKey: string;
  readonly documentHash: string;
  /** 32 bytes in hex: without them the hashes on the channel could be guessed from a document */
  readonly salt: string;
  readonly creditor?: string;
  readonly debtor?: string;
  readonly party?: string;
  readonly counterparty?: string;
  readonly invoiceKey?: string;
  readonly invoiceHash?: string;
  /** what was recomputed before this was endorsed; nothing else was */
  readonly checks?: readonly string[];
}

const receiptKey = (businessKey: string): string => `${businessKey}.receipt`;

/**
 * Looks a fact up in the owner's own collection.
 *
 * @returns true where it is recorded already
 * @throws Refusal `ledger_conflict` where another document stands under its key
 */
export async function isRecordedByOwner(call: Call, owner: string, fact: Fact): Promise<boolean> {
  const stored = await readPrivate(call, collectionOf(owner), fact.businessKey);
  if (stored === null) return false;
  const known = membersOf(parseCanonical(stored, 'record'), 'record');
  const same = known.text('documentHash') === fact.documentHash && known.text('kind') === fact.kind;
  return same || refuseConflict();
}

/**
 * As {@link isRecordedByOwner} for a fact in the collections of several owners. It compares hashes, since
 * no endorsing peer can read the other's collection and all must read the same.
 */
export async function isRecordedByAll(
  call: Call,
  owners: readonly string[],
  fact: Fact,
): Promise<boolean> {
  const expected = hashHex(canonicalText(fact));
  const found: string[] = [];
  for (const owner of owners) found.push(await readHash(call, owner, fact.businessKey));
  if (found.every((hash) => hash === '')) return false;
  return found.every((hash) => hash === expected) || refuseConflict();
}

/** Whether exactly this fact stands in the owner's collection. Any peer can tell. */
export async function isRecordedExactly(call: Call, owner: string, fact: Fact): Promise<boolean> {
  return (await readHash(call, owner, fact.businessKey)) === hashHex(canonicalText(fact));
}

/** Lower-case hex hash of the value under a key, empty where there is none. */
export async function readHash(call: Call, owner: string, key: string): Promise<string> {
  const hash = await call.stub.getPrivateDataHash(collectionOf(owner), key);
  return Buffer.from(hash).toString('hex');
}

/** Writes a fact, and beside it when and by which transaction it was first recorded. */
export async function writeFact(call: Call, owners: readonly string[], fact: Fact): Promise<void> {
  const receipt = canonicalText({ recordedAt: call.recordedAt, txId: call.txId });
  for (const owner of owners) {
    const collection = collectionOf(owner);
    await writePrivate(call, collection, fact.businessKey, canonicalText(fact));
    await writePrivate(call, collection, receiptKey(fact.businessKey), receipt);
  }
}

export async function writePrivate(
  call: Call,
  collection: string,
  key: string,
  text: string,
): Promise<void> {
  await call.stub.putPrivateData(collection, key, Buffer.from(text, 'utf8'));
}

/** A fact with its receipt from one collection: `{fact, receipt}`, null where there is none. */
export async function readFact(
  call: Call,
  collection: string,
  businessKey: string,
): Promise<{ fact: unknown; receipt: unknown } | null> {
  const fact = await readPrivate(call, collection, businessKey);
  const receipt = await readPrivate(call, collection, receiptKey(businessKey));
  if (fact === null || receipt === null) return null;
  return { fact: parseCanonical(fact, 'record'), receipt: parseCanonical(receipt, 'receipt') };
}

async function readPrivate(call: Call, collection: string, key: string): Promise<string | null> {
  const bytes = await call.stub.getPrivateData(collection, key);
  return bytes.length === 0 ? null : Buffer.from(bytes).toString('utf8');
}

function refuseConflict(): never {
  throw new Refusal('ledger_conflict', 'another document is recorded under this key');
}
