import type { Database } from '@roamgrid/persistence';
import type { Outcome } from '../http/outcome.js';
import type { AnswerStore, Claim, KeptAnswer } from '../ports.js';
import type { Seal } from '@roamgrid/platform';

/** Longer than the 24 hours that are promised. */
const KEPT_MS = 48 * 3_600_000;

interface AnswerRow {
  readonly request_hash: string;
  readonly answer: Buffer | null;
}

export class PostgresAnswers implements AnswerStore {
  readonly #database: Database;
  readonly #seal: Seal;

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  async claim(claim: Claim): Promise<'claimed' | KeptAnswer> {
    await this.#database.query('DELETE FROM idempotency_keys WHERE created_at_ms < $1', [
      claim.nowMs - KEPT_MS,
    ]);
    // a lease that ran out belongs to a process that died: the same request may run again
    const claimed = await this.#database.query(
      `INSERT INTO idempotency_keys
         (client_id, key, route, request_hash, created_at_ms, leased_until_ms)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (client_id, key) DO UPDATE SET leased_until_ms = excluded.leased_until_ms
         WHERE idempotency_keys.answer IS NULL
           AND idempotency_keys.leased_until_ms <= $5
           AND idempotency_keys.request_hash = excluded.request_hash
       RETURNING key`,
      [claim.clientId, claim.key, claim.route, claim.requestHash, claim.nowMs, claim.leasedUntilMs],
    );
    return claimed.length > 0 ? 'claimed' : this.#kept(claim);
  }

  async complete(claim: Claim, outcome: Outcome): Promise<void> {
    await this.#database.query(
      'UPDATE idempotency_keys SET answer = $3 WHERE client_id = $1 AND key = $2',
      [claim.clientId, claim.key, this.#seal.close(JSON.stringify(outcome))],
    );
  }

  async release(claim: Claim): Promise<void> {
    await this.#database.query(
      'DELETE FROM idempotency_keys WHERE client_id = $1 AND key = $2 AND answer IS NULL',
      [claim.clientId, claim.key],
    );
  }

  async #kept(claim: Claim): Promise<KeptAnswer> {
    const [row] = await this.#database.query<AnswerRow>(
      'SELECT request_hash, answer FROM idempotency_keys WHERE client_id = $1 AND key = $2',
      [claim.clientId, claim.key],
    );
    // released between the two statements: still the business of whoever had it
    if (row === undefined) return { requestHash: claim.requestHash, outcome: null };
    return {
      requestHash: row.request_hash,
      outcome: row.answer === null ? null : (JSON.parse(this.#seal.open(row.answer)) as Outcome),
    };
  }
}
