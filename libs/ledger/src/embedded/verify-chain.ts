import type { ChainVerdict } from '../chain-verdict.js';
import { blockHash, hashWrite, NO_BLOCK_HASH, sha256Hex, writeText } from './block.js';
import type { Block, TransactionContent } from './block.js';
import { blockOf } from './block-store.js';
import type { BlockRow } from './block-store.js';
import type { Queries } from './private-state.js';

/** A block that somebody outside the database has kept, to compare the chain with. */
export interface ChainAnchor {
  readonly blockNumber: bigint;
  /** lower-case hex */
  readonly blockHash: string;
}

interface ChainRow extends BlockRow {
  readonly tx_id: string | null;
  readonly content: string | null;
}

interface StateRow {
  readonly collection: string;
  readonly key: string;
  readonly block_number: bigint;
  readonly value: Uint8Array;
  readonly value_hash: Uint8Array;
}

const PAGE_BLOCKS = 500;

/**
 * Recomputes every block from what is stored, in order, and stops at the first that does not fit: its
 * number, the hash before it, its transaction, its own hash, and every private value that it wrote.
 *
 * Blocks cut off at the end, and a chain that was rewritten from some block on, fit by themselves. Only
 * an anchor that was kept elsewhere shows them.
 *
 * @throws QueryError
 */
export async function verifyBlocks(
  queries: Queries,
  anchor: ChainAnchor | null,
): Promise<ChainVerdict> {
  let height = 0n;
  let headHash = NO_BLOCK_HASH;
  for (;;) {
    const rows = await readPage(queries, height);
    const states = await readStates(queries, rows);
    for (const row of rows) {
      const reason = faultOf(row, { height, headHash, anchor, states });
      if (reason !== null) return { intact: false, blockNumber: height, reason };
      height += 1n;
      headHash = row.block_hash;
    }
    if (rows.length < PAGE_BLOCKS) break;
  }
  if (anchor !== null && anchor.blockNumber >= height) {
    return { intact: false, blockNumber: height, reason: 'the chain ends before the kept block' };
  }
  return { intact: true, height, headHash };
}

function readPage(queries: Queries, from: bigint): Promise<ChainRow[]> {
  return queries.query<ChainRow>(
    `SELECT b.number, b.previous_hash, b.data_hash, b.block_hash, t.tx_id, t.content
       FROM ledger_block b LEFT JOIN ledger_transaction t ON t.block_number = b.number
      WHERE b.number >= $1 ORDER BY b.number LIMIT $2`,
    [from, PAGE_BLOCKS],
  );
}

async function readStates(
  queries: Queries,
  rows: readonly ChainRow[],
): Promise<ReadonlyMap<bigint, readonly StateRow[]>> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const states = await queries.query<StateRow>(
    `SELECT collection, key, block_number, value, value_hash
       FROM private_state WHERE block_number BETWEEN $1 AND $2`,
    [first.number, last.number],
  );
  const byBlock = new Map<bigint, StateRow[]>();
  for (const state of states) {
    byBlock.set(state.block_number, [...(byBlock.get(state.block_number) ?? []), state]);
  }
  return byBlock;
}

interface Expected {
  readonly height: bigint;
  readonly headHash: string;
  readonly anchor: ChainAnchor | null;
  readonly states: ReadonlyMap<bigint, readonly StateRow[]>;
}

function faultOf(row: ChainRow, expected: Expected): string | null {
  const block = blockOf(row);
  if (block.number !== expected.height) return 'the block is missing';
  return (
    faultOfHashes(block, row.content, expected) ??
    faultOfContent(row, expected.states.get(block.number) ?? [])
  );
}

function faultOfHashes(block: Block, content: string | null, expected: Expected): string | null {
  const { anchor, headHash } = expected;
  if (block.previousHash !== headHash) return 'the block names another block before it';
  if (content === null) return 'the transaction is missing';
  if (sha256Hex(content) !== block.dataHash) return 'the transaction was changed';
  if (blockHash(block) !== block.blockHash) return 'the block has another hash';
  if (anchor?.blockNumber === block.number && anchor.blockHash !== block.blockHash) {
    return 'the block is not the kept one';
  }
  return null;
}

function faultOfContent(row: ChainRow, states: readonly StateRow[]): string | null {
  const content = readContent(row.content ?? '');
  if (content === null) return 'the transaction cannot be read';
  if (content.txId !== row.tx_id) return 'the transaction has another id';
  for (const state of states) {
    const hash = Buffer.from(state.value_hash).toString('hex');
    if (sha256Hex(state.value) !== hash) return 'a private value was changed';
  }
  const stored = states.map((state) =>
    writeText(hashWrite(state.collection, state.key, state.value)),
  );
  const written = content.writes.map(writeText);
  const same = stored.length === written.length && stored.every((text) => written.includes(text));
  return same ? null : 'the private values are not those that were written';
}

function readContent(text: string): Pick<TransactionContent, 'txId' | 'writes'> | null {
  try {
    const content = JSON.parse(text) as Partial<TransactionContent>;
    const { txId, writes } = content;
    return typeof txId === 'string' && Array.isArray(writes) ? { txId, writes } : null;
  } catch {
    // Hashed anew by somebody who wrote no JSON: a verdict, not a failure.
    return null;
  }
}
