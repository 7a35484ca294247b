import type { Database } from '@roamgrid/persistence';
import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';

const refuse = (): Promise<never> =>
  Promise.reject(new Error('only the use of assertions is kept here'));

/**
 * Remembers used client assertions in PostgreSQL, so that neither a restart nor another node forgets
 * them. Of two uses at once the unique key lets one through; the provider has only looked before.
 */
export class PostgresReplayAdapter implements Adapter {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** @throws errors.InvalidClientAuth where it was used already */
  async upsert(id: string, _payload: AdapterPayload, expiresInSeconds: number): Promise<void> {
    const nowMs = this.#now();
    await this.#database.query('DELETE FROM used_assertion WHERE expires_at <= $1', [
      new Date(nowMs),
    ]);
    const kept = await this.#database.query(
      `INSERT INTO used_assertion (assertion_id, expires_at) VALUES ($1, $2)
       ON CONFLICT DO NOTHING RETURNING assertion_id`,
      [id, new Date(nowMs + expiresInSeconds * 1_000)],
    );
    if (kept.length === 0) throw new errors.InvalidClientAuth('client assertion was used before');
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const [row] = await this.#database.query(
      'SELECT 1 FROM used_assertion WHERE assertion_id = $1 AND expires_at > $2',
      [id, new Date(this.#now())],
    );
    return row === undefined ? undefined : { jti: id, kind: 'ReplayDetection' };
  }

  async destroy(id: string): Promise<void> {
    await this.#database.query('DELETE FROM used_assertion WHERE assertion_id = $1', [id]);
  }

  readonly findByUid = refuse;
  readonly findByUserCode = refuse;
  readonly consume = refuse;
  readonly revokeByGrantId = refuse;
}
