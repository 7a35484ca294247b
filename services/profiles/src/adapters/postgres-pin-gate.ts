import type { Database } from '@roamgrid/persistence';
import { keyedHash } from '@roamgrid/platform';
import type { PinGate } from '../ports.js';

/** Free tries before each further one waits twice as long as the last, up to five minutes. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

/** How long after the nth wrong PIN the next may be tried. */
export function waitAfterFailures(failures: number): number {
  if (failures < FREE_TRIES) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES));
}

export class PostgresPinGate implements PinGate {
  readonly #database: Database;
  readonly #secret: Uint8Array;

  constructor(database: Database, secret: Uint8Array) {
    this.#database = database;
    this.#secret = secret;
  }

  async isOpen(place: string, nowMs: number): Promise<boolean> {
    const [row] = await this.#database.query<{ next_try_at: Date }>(
      'SELECT next_try_at FROM pin_failures WHERE place_key = $1',
      [keyedHash(this.#secret, place)],
    );
    return row === undefined || row.next_try_at.getTime() <= nowMs;
  }

  async recordFailure(place: string, nowMs: number): Promise<void> {
    const key = keyedHash(this.#secret, place);
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ failures: number }>(
        `INSERT INTO pin_failures (place_key, failures, next_try_at) VALUES ($1, 1, $2)
         ON CONFLICT (place_key) DO UPDATE SET failures = pin_failures.failures + 1
         RETURNING failures`,
        [key, new Date(nowMs)],
      );
      await tx.query('UPDATE pin_failures SET next_try_at = $2 WHERE place_key = $1', [
        key,
        new Date(nowMs + waitAfterFailures(row?.failures ?? 1)),
      ]);
    });
  }

  async clear(place: string): Promise<void> {
    await this.#database.query('DELETE FROM pin_failures WHERE place_key = $1', [
      keyedHash(this.#secret, place),
    ]);
  }
}
