import { createHash } from 'node:crypto';
import { canonicalBytes } from '@roamgrid/documents';

/** One write to a private collection, as the channel would see it: hashes only, lower-case hex. */
export interface HashedWrite {
  readonly collection: string;
  readonly keyHash: string;
  readonly valueHash: string;
}

/** What a block is made of: one transaction, without anything private. */
export interface TransactionContent {
  readonly txId: string;
  readonly name: string;
  readonly callerMsp: string;
  /** RFC 3339 */
  readonly proposedAt: string;
  /** canonical JSON */
  readonly argument: string;
  /** ordered by collection and key hash */
  readonly writes: readonly HashedWrite[];
}

export interface Block {
  readonly number: bigint;
  readonly previousHash: string;
  /** SHA-256 of the content's canonical form */
  readonly dataHash: string;
  readonly blockHash: string;
}

/** What block 0 names as the hash of the block before it. */
export const NO_BLOCK_HASH = '0'.repeat(64);

export function sha256(bytes: Uint8Array | string): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return sha256(bytes).toString('hex');
}

export function contentText(content: TransactionContent): string {
  return Buffer.from(canonicalBytes(content)).toString('utf8');
}

/** SHA-256 over the canonical form of `{number, previousHash, dataHash}`, the number as a decimal text. */
export function blockHash(block: Omit<Block, 'blockHash'>): string {
  const { number, previousHash, dataHash } = block;
  return sha256Hex(canonicalBytes({ number: String(number), previousHash, dataHash }));
}

/** One text a write, to order and compare writes by. */
export function writeText(write: HashedWrite): string {
  return `${write.collection} ${write.keyHash} ${write.valueHash}`;
}

export function hashWrite(collection: string, key: string, value: Uint8Array): HashedWrite {
  return { collection, keyHash: sha256Hex(key), valueHash: sha256Hex(value) };
}
