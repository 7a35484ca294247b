import type { Transaction } from '@roamgrid/persistence';
import {
  blockHash,
  contentText,
  hashWrite,
  NO_BLOCK_HASH,
  sha256,
  sha256Hex,
  writeText,
} from './block.js';
import type { Block, TransactionContent } from './block.js';
import type { PrivateWrite, Queries } from './private-state.js';

/** 'rgl' and a number in ASCII: one writer at a time for the whole chain */
const CHAIN_LOCK = 0x72676c01;

/** Waits until no other transaction appends; held until the transaction ends. @throws QueryError */
export async function lockChain(transaction: Transaction): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
}

/** The last block, null on an empty chain. @throws QueryError */
export async function readHead(queries: Queries): Promise<Block | null> {
  const [row] = await queries.query<BlockRow>(
    `SELECT number, previous_hash, data_hash, block_hash
       FROM ledger_block ORDER BY number DESC LIMIT 1`,
  );
  return row === undefined ? null : blockOf(row);
}

/** The block a transaction stands in. @throws QueryError; Error where the chain has no such transaction */
export async function readBlockNumber(queries: Queries, txId: string): Promise<bigint> {
  const [row] = await queries.query<{ block_number: bigint }>(
    'SELECT block_number FROM ledger_transaction WHERE tx_id = $1',
    [txId],
  );
  if (row === undefined) throw new Error(`no block holds transaction ${txId}`);
  return row.block_number;
}

/** Appends one transaction as one block. The caller holds the lock. @throws QueryError */
export async function appendBlock(
  transaction: Transaction,
  proposal: Omit<TransactionContent, 'writes'>,
  writes: readonly PrivateWrite[],
): Promise<Block> {
  const content = contentText({ ...proposal, writes: hashedInOrder(writes) });
  const block = nextBlock(await readHead(transaction), sha256Hex(content));
  await transaction.query(
    `INSERT INTO ledger_block (number, previous_hash, data_hash, block_hash)
     VALUES ($1, $2, $3, $4)`,
    [block.number, block.previousHash, block.dataHash, block.blockHash],
  );
  await transaction.query(
    'INSERT INTO ledger_transaction (tx_id, block_number, content) VALUES ($1, $2, $3)',
    [proposal.txId, block.number, content],
  );
  for (const { collection, key, value } of writes) {
    await transaction.query(
      `INSERT INTO private_state (collection, key, block_number, value, value_hash)
       VALUES ($1, $2, $3, $4, $5)`,
      [collection, key, block.number, value, sha256(value)],
    );
  }
  return block;
}

export interface BlockRow {
  readonly number: bigint;
  readonly previous_hash: string;
  readonly data_hash: string;
  readonly block_hash: string;
}

export function blockOf(row: BlockRow): Block {
  return {
    number: row.number,
    previousHash: row.previous_hash,
    dataHash: row.data_hash,
    blockHash: row.block_hash,
  };
}

function nextBlock(head: Block | null, dataHash: string): Block {
  const unsealed = {
    number: head === null ? 0n : head.number + 1n,
    previousHash: head === null ? NO_BLOCK_HASH : head.blockHash,
    dataHash,
  };
  return { ...unsealed, blockHash: blockHash(unsealed) };
}

function hashedInOrder(writes: readonly PrivateWrite[]): TransactionContent['writes'] {
  return writes
    .map(({ collection, key, value }) => hashWrite(collection, key, value))
    .sort((left, right) => (writeText(left) < writeText(right) ? -1 : 1));
}
