import type { Identity, StationClass } from '@roamgrid/contracts';
import { formatInstant, parseEnergyKwh, parseMoney, type InstantMs } from '@roamgrid/kernel';
import { json, prepared, type Database, type Transaction } from '@roamgrid/persistence';
import type {
  ListedIdentifier,
  ListStanding,
  LocalListStore,
  ShownIdentifier,
  StationList,
  UncheckedIdentifier,
} from '../local-list-ports.js';
import type { IdentifierSeal } from './identifier-seal.js';

interface ListRow {
  station_id: string;
  station_class: StationClass;
  version: number | null;
  standing: ListStanding | null;
  entries: Record<string, string> | null;
  retry_at: Date | null;
}

interface ListedRow {
  identity_key: string;
  station_class: StationClass;
  home_utility: string;
  sealed: Buffer;
  not_after: Date;
}

/** The same driver at the next station changes nothing; seldom enough is it noted that they still come. */
const NOTE_SHOWN = prepared(
  `INSERT INTO listed_identifiers AS kept (identity_key, station_class, sealed, home_utility, mandate_id,
     energy_cap_milli_wh, minor_cap, not_after, seen_at, checked_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
   ON CONFLICT (identity_key, station_class) DO UPDATE SET mandate_id = EXCLUDED.mandate_id,
     energy_cap_milli_wh = EXCLUDED.energy_cap_milli_wh, minor_cap = EXCLUDED.minor_cap,
     not_after = EXCLUDED.not_after, seen_at = EXCLUDED.seen_at, is_held = true,
     checked_at = EXCLUDED.checked_at
   WHERE kept.mandate_id <> EXCLUDED.mandate_id OR NOT kept.is_held
     OR kept.seen_at < EXCLUDED.seen_at - interval '1 hour'`,
);

/** Leaves with the transaction of the swipe or the start. */
export function noteShown(tx: Transaction, shown: ShownIdentifier): void {
  const { identityKey, sealed, stationClass, mandate, atMs } = shown;
  const { homeUtility, mandateId, energyCapKwh, moneyCap, notAfter } = mandate.document;
  tx.append(NOTE_SHOWN, [
    identityKey,
    stationClass,
    sealed,
    homeUtility,
    mandateId,
    parseEnergyKwh(energyCapKwh),
    parseMoney(moneyCap.amount, moneyCap.currency).minor,
    notAfter,
    new Date(atMs),
  ]);
}

const MAY_CHARGE = `is_held
  AND NOT EXISTS (SELECT 1 FROM partner_standings
    WHERE partner = listed.home_utility AND standing = 'suspended')
  AND NOT EXISTS (SELECT 1 FROM mandate_use AS used WHERE used.mandate_id = listed.mandate_id
    AND (used.closed_at IS NOT NULL OR consumed_energy_milli_wh >= energy_cap_milli_wh
      OR consumed_minor >= minor_cap))`;

export class PostgresLocalLists implements LocalListStore {
  readonly #database: Database;
  readonly #seal: IdentifierSeal;

  constructor(database: Database, seal: IdentifierSeal) {
    this.#database = database;
    this.#seal = seal;
  }

  async listsOfPresent(sinceMs: InstantMs): Promise<StationList[]> {
    const rows = await this.#database.query<ListRow>(
      `SELECT station_id, record #>> '{document,stationClass}' AS station_class, version, standing,
         entries, retry_at FROM stations LEFT JOIN station_lists USING (station_id)
        WHERE online OR last_seen_at > $1 ORDER BY station_id`,
      [new Date(sinceMs)],
    );
    return rows.map((row) => ({
      stationId: row.station_id,
      stationClass: row.station_class,
      version: row.version ?? 0,
      standing: row.standing ?? 'unknown',
      entries: row.entries ?? {},
      retryMs: row.retry_at?.getTime() ?? null,
    }));
  }

  async listed(
    stationClass: StationClass,
    nowMs: InstantMs,
    limit: number,
  ): Promise<ListedIdentifier[]> {
    const rows = await this.#database.query<ListedRow>(
      `SELECT identity_key, sealed, not_after FROM listed_identifiers AS listed
        WHERE station_class = $1 AND not_after > $2 AND ${MAY_CHARGE}
        ORDER BY seen_at DESC, identity_key LIMIT $3`,
      [stationClass, new Date(nowMs), limit],
    );
    return rows.map((row) => ({
      identityKey: row.identity_key,
      identity: this.#seal.open(row.sealed),
      expiresAt: formatInstant(row.not_after.getTime()),
    }));
  }

  async openAll(
    stationClass: StationClass,
    identityKeys: readonly string[],
  ): Promise<ReadonlyMap<string, Identity>> {
    const rows = await this.#database.query<ListedRow>(
      `SELECT identity_key, sealed FROM listed_identifiers
        WHERE station_class = $1 AND identity_key = ANY($2)`,
      [stationClass, identityKeys],
    );
    return new Map(rows.map((row) => [row.identity_key, this.#seal.open(row.sealed)]));
  }

  async unchecked(beforeMs: InstantMs, limit: number): Promise<UncheckedIdentifier[]> {
    const rows = await this.#database.query<ListedRow>(
      `SELECT identity_key, station_class, home_utility, sealed FROM listed_identifiers AS listed
        WHERE checked_at < $1 AND not_after > $1 AND ${MAY_CHARGE}
        ORDER BY seen_at DESC, identity_key LIMIT $2`,
      [new Date(beforeMs), limit],
    );
    return rows.map((row) => ({
      identityKey: row.identity_key,
      identity: this.#seal.open(row.sealed),
      stationClass: row.station_class,
      homeUtility: row.home_utility,
    }));
  }

  async noteChecked(
    { identityKey, stationClass }: UncheckedIdentifier,
    isHeld: boolean,
    atMs: InstantMs,
  ): Promise<void> {
    // whoever was shown meanwhile is newer than this look
    await this.#database.query(
      `UPDATE listed_identifiers SET is_held = $3, checked_at = $4
        WHERE identity_key = $1 AND station_class = $2 AND checked_at < $4`,
      [identityKey, stationClass, isHeld, new Date(atMs)],
    );
  }

  async claimVersion(stationId: string, heard: number): Promise<number> {
    const [row] = await this.#database.query<{ version: number }>(
      `INSERT INTO station_lists AS kept (station_id, version, standing) VALUES ($1, $2 + 1, 'unknown')
       ON CONFLICT (station_id) DO UPDATE
         SET version = GREATEST(kept.version, $2) + 1, standing = 'unknown'
       RETURNING version`,
      [stationId, heard],
    );
    if (row === undefined) throw new RangeError('a version was claimed and is not there');
    return row.version;
  }

  async settle(
    stationId: string,
    version: number,
    { standing, entries, retryMs }: Pick<StationList, 'standing' | 'entries' | 'retryMs'>,
  ): Promise<void> {
    await this.#database.query(
      `INSERT INTO station_lists AS kept (station_id, version, standing, entries, retry_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (station_id) DO UPDATE SET standing = $3, entries = $4, retry_at = $5
         WHERE kept.version = $2`,
      [stationId, version, standing, json(entries), retryMs === null ? null : new Date(retryMs)],
    );
  }
}
