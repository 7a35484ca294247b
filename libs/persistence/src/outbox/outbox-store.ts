import type { Database } from '../database/database.js';
import { prepared } from '../database/statement.js';
import type { StoredMessage } from './message.js';

/** A message and the lane it waits in; keyless ones have a lane of their own. */
export interface PendingMessage {
  readonly lane: string;
  readonly message: StoredMessage;
}

/** What is already in the relay's hands and must not be read again. */
export interface Held {
  readonly lanes: readonly string[];
  readonly ids: readonly bigint[];
  readonly destinations: readonly string[];
}

export interface Undelivered {
  readonly id: bigint;
  readonly to: string;
  readonly subject: string;
  readonly attempts: number;
  readonly lastError: string | undefined;
}

interface Row {
  readonly id: bigint;
  readonly to_utility: string;
  readonly subject: string;
  readonly ordering_key: string | null;
  readonly lane: string | null;
  readonly payload: unknown;
  readonly attempts: number;
  readonly created_at: Date;
}

const PENDING = prepared(
  `SELECT id, to_utility, subject, ordering_key, lane, payload, attempts, created_at
     FROM outbox
    WHERE delivered_at IS NULL
      AND (lane IS NULL OR lane <> ALL($1::text[]))
      AND id <> ALL($2::bigint[])
      AND to_utility <> ALL($3::text[])
    ORDER BY id LIMIT $4`,
);

const MARK_DELIVERED = prepared(
  `UPDATE outbox
      SET delivered_at = $2, attempts = attempts + 1, last_error = NULL, next_attempt_at = NULL
    WHERE id = ANY($1::bigint[]) AND delivered_at IS NULL`,
);

/** The relay's statements over one schema's `outbox`. */
export class OutboxStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  /** Pending messages outside `held`, oldest first, so that a lane's first row is its head. */
  async pending(held: Held, limit: number): Promise<PendingMessage[]> {
    const rows = await this.#database.query<Row>(PENDING, [
      held.lanes,
      held.ids,
      held.destinations,
      limit,
    ]);
    return rows.map(toPending);
  }

  async markDelivered(ids: readonly bigint[], atMs: number): Promise<void> {
    await this.#database.query(MARK_DELIVERED, [ids, new Date(atMs)]);
  }

  async markFailed(id: bigint, lastError: string, nextAttemptAtMs: number): Promise<void> {
    await this.#database.query(
      `UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_attempt_at = $3
        WHERE id = $1 AND delivered_at IS NULL`,
      [id, lastError, new Date(nextAttemptAtMs)],
    );
  }

  async oldestUndelivered(): Promise<Undelivered | undefined> {
    return this.#oldest('');
  }

  /** The oldest one to one's own utility, or to a partner that has refused nothing of what is undelivered. */
  async oldestReachable(): Promise<Undelivered | undefined> {
    return this.#oldest(
      `AND (to_utility = $1 OR to_utility NOT IN (
         SELECT to_utility FROM outbox WHERE delivered_at IS NULL AND last_error IS NOT NULL))`,
      [this.#utility],
    );
  }

  /** The oldest one that was tried and refused. */
  async oldestFailing(): Promise<Undelivered | undefined> {
    return this.#oldest('AND last_error IS NOT NULL');
  }

  async head(): Promise<bigint> {
    const rows = await this.#database.query<{ head: bigint }>(
      'SELECT coalesce(max(id), 0) AS head FROM outbox',
    );
    return rows[0]?.head ?? 0n;
  }

  async lag(): Promise<{ pending: number; oldestAgeMs: number }> {
    const rows = await this.#database.query<{ pending: bigint; age_ms: bigint }>(
      `SELECT count(*) AS pending,
              coalesce(extract(epoch FROM clock_timestamp() - min(created_at)) * 1000, 0)::bigint
                AS age_ms
         FROM outbox WHERE delivered_at IS NULL`,
    );
    return {
      pending: Number(rows[0]?.pending ?? 0n),
      oldestAgeMs: Number(rows[0]?.age_ms ?? 0n),
    };
  }

  async #oldest(
    condition: string,
    parameters: readonly string[] = [],
  ): Promise<Undelivered | undefined> {
    const rows = await this.#database.query<Omit<Row, 'payload'> & { last_error: string | null }>(
      `SELECT id, to_utility, subject, attempts, last_error FROM outbox
        WHERE delivered_at IS NULL ${condition} ORDER BY id LIMIT 1`,
      parameters,
    );
    const row = rows[0];
    return (
      row && {
        id: row.id,
        to: row.to_utility,
        subject: row.subject,
        attempts: row.attempts,
        lastError: row.last_error ?? undefined,
      }
    );
  }
}

function toPending(row: Row): PendingMessage {
  return {
    lane: row.lane ?? keylessLane(row.id),
    message: {
      id: row.id,
      to: row.to_utility,
      subject: row.subject,
      payload: row.payload,
      key: row.ordering_key ?? undefined,
      attempts: row.attempts,
      createdAt: row.created_at,
    },
  };
}

/** A keyed lane starts with a slug, so this name is never one. */
function keylessLane(id: bigint): string {
  return `#${String(id)}`;
}
