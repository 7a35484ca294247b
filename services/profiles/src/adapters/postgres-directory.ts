import type { DirectoryPage, Identity, SignedDirectoryEntry } from '@roamgrid/contracts';
import { json, type Database } from '@roamgrid/persistence';
import type { DirectoryStore } from '../directory-ports.js';
import { tokenHash } from './token-hash.js';

/** Token directories of partners, each under the key that its home made for this utility. */
export class PostgresDirectory implements DirectoryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async receive({ homeUtility, key, entries }: DirectoryPage): Promise<void> {
    await this.#database.transaction(async (tx) => {
      // the row stays locked: two pages at once are taken one after the other
      await tx.query(
        `INSERT INTO directory_homes (home_utility, pair_key) VALUES ($1, $2)
         ON CONFLICT (home_utility) DO UPDATE SET pair_key = $2`,
        [homeUtility, key],
      );
      for (const entry of entries) {
        const { tokenHash: hash, number } = entry.document;
        await tx.query(
          `INSERT INTO directory_held AS kept (home_utility, token_hash, number, signed)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (home_utility, token_hash) DO UPDATE SET number = $3, signed = $4
             WHERE kept.number < $3`,
          [homeUtility, hash, number, json(entry)],
        );
        await tx.query(
          `UPDATE directory_homes SET greatest = greatest(greatest, $2),
             complete = CASE WHEN complete = $2 - 1 THEN $2 ELSE complete END
           WHERE home_utility = $1`,
          [homeUtility, number],
        );
      }
    });
  }

  async find(identity: Identity): Promise<SignedDirectoryEntry | null> {
    const homes = await this.#database.query<{ home_utility: string; pair_key: string }>(
      'SELECT home_utility, pair_key FROM directory_homes ORDER BY home_utility',
    );
    const hashes = homes.map((home) => tokenHash(home.pair_key, identity));
    const [row] = await this.#database.query<{ signed: SignedDirectoryEntry }>(
      `SELECT signed FROM directory_held WHERE token_hash = ANY($1)
       ORDER BY home_utility LIMIT 1`,
      [hashes],
    );
    return row?.signed ?? null;
  }

  async incomplete(): Promise<{ homeUtility: string; complete: number }[]> {
    const rows = await this.#database.query<{ home_utility: string; complete: number }>(
      'SELECT home_utility, complete FROM directory_homes WHERE complete < greatest',
    );
    return rows.map((row) => ({ homeUtility: row.home_utility, complete: row.complete }));
  }
}
