import {
  endMandate,
  subjectOf,
  type DirectoryPage,
  type Identity,
  type SignedDirectoryEntry,
  type SignedDirectoryState,
  type SignedMandate,
} from '@roamgrid/contracts';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import type { DirectoryStore } from '../directory-ports.js';
import { projectMandate } from '../projections.js';
import { tokenHash } from './token-hash.js';

interface HomeRow {
  readonly complete: number;
  readonly greatest: number;
}

/** A token that stands on a page twice is what its later entry says. */
function newestOfEach(entries: readonly SignedDirectoryEntry[]): SignedDirectoryEntry[] {
  const newest = new Map<string, SignedDirectoryEntry>();
  for (const entry of entries) {
    const { tokenHash: hash, number } = entry.document;
    if ((newest.get(hash)?.document.number ?? 0) < number) newest.set(hash, entry);
  }
  return [...newest.values()];
}

/** Up to which number none is missing, and the greatest that was seen. */
function afterEntries(
  home: HomeRow | undefined,
  entries: readonly SignedDirectoryEntry[],
): HomeRow {
  let { complete, greatest } = home ?? { complete: 0, greatest: 0 };
  for (const { number } of entries.map(({ document }) => document)) {
    if (number === complete + 1) complete = number;
    if (number > greatest) greatest = number;
  }
  return { complete, greatest };
}

/** Token directories of partners, each under the key that its home made for this utility. */
export class PostgresDirectory implements DirectoryStore {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async receive({ homeUtility, key, entries, state }: DirectoryPage): Promise<void> {
    await this.#database.transaction(async (tx) => {
      // the row stays locked: two pages at once are taken one after the other
      const [home] = await tx.query<HomeRow>(
        `INSERT INTO directory_homes (home_utility, pair_key) VALUES ($1, $2)
         ON CONFLICT (home_utility) DO UPDATE SET pair_key = $2 RETURNING complete, greatest`,
        [homeUtility, key],
      );
      const newest = newestOfEach(entries);
      tx.write(
        `INSERT INTO directory_held AS kept (home_utility, token_hash, number, signed)
         SELECT $1, token_hash, number, signed::jsonb
           FROM unnest($2::text[], $3::integer[], $4::text[]) AS entry (token_hash, number, signed)
         ON CONFLICT (home_utility, token_hash) DO UPDATE
           SET number = EXCLUDED.number, signed = EXCLUDED.signed
           WHERE kept.number < EXCLUDED.number`,
        [
          homeUtility,
          newest.map(({ document }) => document.tokenHash),
          newest.map(({ document }) => document.number),
          newest.map((entry) => json(entry).toPostgres()),
        ],
      );
      const { complete, greatest } = afterEntries(home, entries);
      tx.write('UPDATE directory_homes SET complete = $2, greatest = $3 WHERE home_utility = $1', [
        homeUtility,
        complete,
        greatest,
      ]);
      await this.#endOffline(tx, homeUtility, newest);
      if (state !== undefined && complete >= state.document.number) keepState(tx, state);
    });
  }

  /** Home takes back what it had signed in advance: mandates that stand on it end as revoked ones do. */
  async #endOffline(
    tx: Transaction,
    homeUtility: string,
    entries: readonly SignedDirectoryEntry[],
  ): Promise<void> {
    const ending = entries.filter(
      ({ document }) => document.state === 'blocked' || document.offline === undefined,
    );
    if (ending.length === 0) return;
    const ended = await tx.query<{ mandate_id: string; signed: SignedMandate }>(
      `UPDATE offline_mandates SET state = 'revoked'
         FROM unnest($2::text[], $3::integer[]) AS ending (hash, number)
        WHERE home_utility = $1 AND token_hash = hash AND state = 'active'
          AND (signed #>> '{document,offline,entry,document,number}')::integer < number
        RETURNING mandate_id, signed`,
      [
        homeUtility,
        ending.map(({ document }) => document.tokenHash),
        ending.map(({ document }) => document.number),
      ],
    );
    for (const { mandate_id: mandateId, signed } of ended) {
      await projectMandate(tx, this.#utility, 'visited', signed, 'revoked');
      await tx.enqueue({
        to: this.#utility,
        subject: subjectOf(endMandate),
        key: `mandate:${mandateId}`,
        payload: { mandateId, homeUtility },
      });
    }
  }

  async state(homeUtility: string): Promise<SignedDirectoryState | null> {
    const [row] = await this.#database.query<{ state: SignedDirectoryState | null }>(
      'SELECT state FROM directory_homes WHERE home_utility = $1',
      [homeUtility],
    );
    return row?.state ?? null;
  }

  async find(identity: Identity): Promise<SignedDirectoryEntry | null> {
    const homes = await this.#database.query<{ home_utility: string; pair_key: string }>(
      'SELECT home_utility, pair_key FROM directory_homes ORDER BY home_utility',
    );
    const hashes = homes.map((home) => tokenHash(home.pair_key, identity));
    // by home and hash, as they are indexed: a directory may have a million entries
    const [row] = await this.#database.query<{ signed: SignedDirectoryEntry }>(
      `SELECT held.signed FROM unnest($1::text[], $2::text[]) AS asked (home_utility, token_hash)
         JOIN directory_held AS held USING (home_utility, token_hash)
        ORDER BY home_utility LIMIT 1`,
      [homes.map((home) => home.home_utility), hashes],
    );
    return row?.signed ?? null;
  }

  async toBeAsked(staleMs: number): Promise<{ homeUtility: string; complete: number }[]> {
    const rows = await this.#database.query<{ home_utility: string; complete: number }>(
      `SELECT home_utility, complete FROM directory_homes WHERE complete < greatest OR state IS NULL
         OR (state #>> '{document,issuedAt}')::timestamptz < $1`,
      [new Date(staleMs)],
    );
    return rows.map((row) => ({ homeUtility: row.home_utility, complete: row.complete }));
  }
}

/** The newest word of home on its directory; whoever calls has seen that nothing is missing up to its number. */
function keepState(tx: Transaction, state: SignedDirectoryState): void {
  const { homeUtility, issuedAt } = state.document;
  tx.write(
    `UPDATE directory_homes SET state = $2
      WHERE home_utility = $1
        AND (state IS NULL OR (state #>> '{document,issuedAt}')::timestamptz < $3::timestamptz)`,
    [homeUtility, json(state), issuedAt],
  );
}
