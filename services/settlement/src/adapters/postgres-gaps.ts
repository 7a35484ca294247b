import type { Transaction } from '@roamgrid/persistence';
import type { GapBook, GapDirection } from '../dispute-ports.js';

/** CDRs travel side by side: a number that comes a moment later is no gap. */
const GRACE_MS = 30_000;
/** so that a partner that is away is not asked each second */
const AGAIN_AFTER_MS = 600_000;

export class PostgresGaps implements GapBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  noticeBelow(direction: GapDirection, sequence: number, atMs: number): Promise<void> {
    this.#tx.write(
      `INSERT INTO cdr_gap (visited_utility, sequence, noticed_at)
       SELECT $1, number, $4
         FROM generate_series(
                1 + coalesce((SELECT max(sequence) FROM cdr
                               WHERE visited_utility = $1 AND home_utility = $2
                                 AND sequence < $3), 0),
                $3 - 1) AS number
       ON CONFLICT DO NOTHING`,
      [direction.visitedUtility, direction.homeUtility, sequence, new Date(atMs)],
    );
    return Promise.resolve();
  }

  fill(visitedUtility: string, sequence: number): Promise<void> {
    this.#tx.write('DELETE FROM cdr_gap WHERE visited_utility = $1 AND sequence = $2', [
      visitedUtility,
      sequence,
    ]);
    return Promise.resolve();
  }

  async due(nowMs: number, limit: number): ReturnType<GapBook['due']> {
    return this.#tx.query(
      `SELECT visited_utility AS "visitedUtility", array_agg(sequence ORDER BY sequence) AS sequences
         FROM (SELECT visited_utility, sequence FROM cdr_gap
                WHERE noticed_at <= $1 AND (asked_at IS NULL OR asked_at <= $2)
                ORDER BY visited_utility, sequence LIMIT $3) AS open
        GROUP BY visited_utility`,
      [new Date(nowMs - GRACE_MS), new Date(nowMs - AGAIN_AFTER_MS), limit],
    );
  }

  async markAsked(
    visitedUtility: string,
    sequences: readonly number[],
    atMs: number,
  ): Promise<void> {
    await this.#tx.query(
      `UPDATE cdr_gap SET asked_at = $3, times_asked = times_asked + 1
        WHERE visited_utility = $1 AND sequence = ANY($2::integer[])`,
      [visitedUtility, sequences, new Date(atMs)],
    );
  }
}
