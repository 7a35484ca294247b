import type { Transaction } from '@roamgrid/persistence';

/** Where statements go: a transaction, or the database itself for reads. */
export type Queries = Pick<Transaction, 'query'>;

export interface PrivateWrite {
  readonly collection: string;
  readonly key: string;
  readonly value: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The committed value under a key, empty where there is none. @throws QueryError */
export async function readPrivateValue(
  queries: Queries,
  collection: string,
  key: string,
): Promise<Uint8Array> {
  const [row] = await queries.query<{ value: Uint8Array }>(
    `SELECT value FROM private_state WHERE collection = $1 AND key = $2
      ORDER BY block_number DESC LIMIT 1`,
    [collection, key],
  );
  return row?.value ?? NOTHING;
}

/**
 * The facts of a collection in order of key, the keys after `after`; their receipts, which stand beside them under longer
 * keys, are left out. @throws QueryError
 */
export async function listFacts(
  queries: Queries,
  collection: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await queries.query<{ value: Uint8Array }>(
    `SELECT DISTINCT ON (key) value FROM private_state
      WHERE collection = $1 AND key > $2 AND key !~ '[.]'
      ORDER BY key, block_number DESC LIMIT $3`,
    [collection, after, limit],
  );
  return rows.map(({ value }) => Buffer.from(value).toString('utf8'));
}

/** The hash of the committed value under a key, empty where there is none. @throws QueryError */
export async function readPrivateHash(
  queries: Queries,
  collection: string,
  key: string,
): Promise<Uint8Array> {
  const [row] = await queries.query<{ value_hash: Uint8Array }>(
    `SELECT value_hash FROM private_state WHERE collection = $1 AND key = $2
      ORDER BY block_number DESC LIMIT 1`,
    [collection, key],
  );
  return row?.value_hash ?? NOTHING;
}
