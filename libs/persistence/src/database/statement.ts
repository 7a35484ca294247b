import type pg from 'pg';
import { checkParameters } from './parameters.js';
import { toQueryError } from './query-error.js';

const names = new Map<string, string>();

/**
 * Marks a statement of a hot path: each connection parses and plans it once. For constants of a
 * module only, since a connection keeps what it prepared.
 */
export function prepared(sql: string): string {
  names.set(sql, names.get(sql) ?? `s${String(names.size)}`);
  return sql;
}

/** @throws QueryError */
export async function runStatement<Row>(
  client: pg.ClientBase,
  sql: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const values = checkParameters(parameters);
  const name = names.get(sql);
  try {
    const query = name === undefined ? { text: sql, values } : { name, text: sql, values };
    return (await client.query(query)).rows as Row[];
  } catch (error) {
    throw toQueryError(error);
  }
}

/**
 * @returns what PostgreSQL did: `ROLLBACK` also for the commit of a transaction that had failed
 * @throws QueryError
 */
export async function endTransaction(
  client: pg.ClientBase,
  how: 'COMMIT' | 'ROLLBACK',
): Promise<string> {
  try {
    return (await client.query(how)).command;
  } catch (error) {
    throw toQueryError(error);
  }
}
