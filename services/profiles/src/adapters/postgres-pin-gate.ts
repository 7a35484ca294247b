import type { Database } from '@roamgrid/persistence';
import { keyedHash } from '@roamgrid/platform';
import type { PinGate } from '../ports.js';
import { waitAfterFailures } from '../use-cases/pin-waiting.js';

export class PostgresPinGate implements PinGate {
  readonly #database: Database;
  readonly #secret: Uint8Array;

  constructor(database: Database, secret: Uint8Array) {
    this.#database = database;
    this.#secret = secret;
  }

  async claimTry(place: string, nowMs: number): Promise<boolean> {
    const key = keyedHash(this.#secret, place);
    return this.#database.transaction(async (tx) => {
      // the row stays locked until the commit: of many tries at once, each waits for the one before
      const [row] = await tx.query<{ failures: number }>(
        `INSERT INTO pin_failures AS kept (place_key, failures, next_try_at) VALUES ($1, 1, $2)
         ON CONFLICT (place_key) DO UPDATE SET failures = kept.failures + 1
           WHERE kept.next_try_at <= $2
         RETURNING failures`,
        [key, new Date(nowMs)],
      );
      if (row === undefined) return false;
      await tx.query('UPDATE pin_failures SET next_try_at = $2 WHERE place_key = $1', [
        key,
        new Date(nowMs + waitAfterFailures(row.failures)),
      ]);
      return true;
    });
  }

  async clear(place: string): Promise<void> {
    await this.#database.query('DELETE FROM pin_failures WHERE place_key = $1', [
      keyedHash(this.#secret, place),
    ]);
  }
}
