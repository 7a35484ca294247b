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
