import type { SignedMeterRegistration, SignedStationRecord } from '@roamgrid/contracts';
import { formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { json, type Database, type Transaction } from '@roamgrid/persistence';
import type { SignedStation, Station, StationEffect, StationStore } from '../ports.js';
import { Outgoing } from './outgoing.js';

interface StationRow {
  record: SignedStationRecord;
  meters: SignedMeterRegistration[];
  password_key: string;
  online: boolean;
  last_seen_at: Date | null;
  model: string | null;
  connector_status: Record<string, string>;
}

/** A registration asks its partners and is done within seconds; a claim older than this is a dead one's. */
const CLAIM_HOLDS_MS = 60_000;

/** @throws RoamgridError `state_conflict` when the claim has run out meanwhile */
async function takeClaim(tx: Transaction, stationId: string, nowMs: InstantMs): Promise<void> {
  const rows = await tx.query(
    'DELETE FROM station_claims WHERE station_id = $1 AND claimed_at > $2 RETURNING station_id',
    [stationId, new Date(nowMs - CLAIM_HOLDS_MS)],
  );
  if (rows.length === 0) {
    throw new RoamgridError('state_conflict', 'the registration took too long; try again');
  }
}

/** Stations change rarely and are asked for at every frame: the record in force is kept in memory. */
export class PostgresStations implements StationStore {
  readonly #database: Database;
  readonly #utility: string;
  readonly #known = new Map<string, Station>();
  /** counts registrations, so that a reading that began before one is not remembered after it */
  #changes = 0;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async find(stationId: string): Promise<Station | null> {
    const known = this.#known.get(stationId);
    if (known !== undefined) return known;
    const changesBefore = this.#changes;
    const [row] = await this.#database.query<StationRow>(
      'SELECT record, meters, password_key FROM stations WHERE station_id = $1',
      [stationId],
    );
    if (row === undefined) return null;
    const { record, meters, password_key: passwordKey } = row;
    const station: Station = { record, meters, passwordKey };
    if (changesBefore === this.#changes) this.#known.set(stationId, station);
    return station;
  }

  async claim(stationId: string, nowMs: InstantMs): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO station_claims AS held (station_id, claimed_at)
       SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM stations WHERE station_id = $1)
       ON CONFLICT (station_id) DO UPDATE SET claimed_at = $2 WHERE held.claimed_at <= $3
       RETURNING station_id`,
      [stationId, new Date(nowMs), new Date(nowMs - CLAIM_HOLDS_MS)],
    );
    return rows.length > 0;
  }

  async dropClaim(stationId: string): Promise<void> {
    await this.#database.query('DELETE FROM station_claims WHERE station_id = $1', [stationId]);
  }

  async isTaken(stationId: string, nowMs: InstantMs): Promise<boolean> {
    const rows = await this.#database.query(
      `SELECT 1 FROM stations WHERE station_id = $1
       UNION ALL SELECT 1 FROM station_claims WHERE station_id = $1 AND claimed_at > $2`,
      [stationId, new Date(nowMs - CLAIM_HOLDS_MS)],
    );
    return rows.length > 0;
  }

  async register(
    sign: (version: number) => Promise<SignedStation>,
    stationId: string,
    passwordKey: string | null,
    nowMs: InstantMs,
  ): Promise<SignedStationRecord> {
    const signed = await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<StationRow>(
        'SELECT record, password_key FROM stations WHERE station_id = $1 FOR UPDATE',
        [stationId],
      );
      const key = passwordKey ?? row?.password_key;
      if (key === undefined) {
        throw new RoamgridError('unprocessable', 'a new station needs a password');
      }
      if (row === undefined) await takeClaim(tx, stationId, nowMs);
      const { record, meters } = await sign((row?.record.document.version ?? 0) + 1);
      const [kept] = await tx.query<StationRow>(
        `INSERT INTO stations (station_id, record, password_key, meters) VALUES ($1, $2, $3, $4)
         ON CONFLICT (station_id) DO UPDATE SET record = $2, password_key = $3, meters = $4
         RETURNING *`,
        [stationId, json(record), key, json(meters)],
      );
      await this.#publish(tx, stationId, kept);
      return record;
    });
    this.#changes += 1;
    this.#known.delete(stationId);
    return signed;
  }

  async note(stationId: string, effect: StationEffect, atMs: InstantMs): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const row = await noteWithin(tx, stationId, effect, new Date(atMs));
      // a heartbeat every few minutes of every station is no news for the portal
      if (effect.kind !== 'heartbeat') await this.#publish(tx, stationId, row);
    });
  }

  async #publish(tx: Transaction, stationId: string, row: StationRow | undefined): Promise<void> {
    if (row === undefined) return;
    const outgoing = new Outgoing(this.#utility);
    const { record, online, last_seen_at: seen, model, connector_status: connectorStatus } = row;
    outgoing.projectStation(stationId, record.document.notBefore, {
      ...record,
      online,
      lastSeenAt: seen === null ? null : formatInstant(seen.getTime()),
      model,
      connectorStatus,
    });
    await tx.enqueueAll(outgoing.messages());
  }
}

/** Whoever connects anew may have lost its list, or have one now: it is asked which version it has. */
const DOUBT_LIST = `UPDATE station_lists SET retry_at = NULL, standing = CASE standing
  WHEN 'sure' THEN 'unchecked' WHEN 'unsupported' THEN 'unknown' ELSE standing END
  WHERE station_id = $1`;

async function noteWithin(
  tx: Transaction,
  stationId: string,
  effect: StationEffect,
  at: Date,
): Promise<StationRow | undefined> {
  const update = async (change: string, parameters: readonly unknown[]) => {
    const [row] = await tx.query<StationRow>(
      `UPDATE stations SET last_seen_at = $2${change} WHERE station_id = $1 RETURNING *`,
      [stationId, at, ...parameters],
    );
    return row;
  };
  switch (effect.kind) {
    case 'boot':
      return update(', online = true, model = $3', [`${effect.vendor} ${effect.model}`.trim()]);
    case 'heartbeat':
      return update(', online = true', []);
    case 'status':
      return update(', connector_status = connector_status || $3', [
        json({ [String(effect.connectorId)]: effect.status }),
      ]);
    case 'online':
      if (effect.online) await tx.query(DOUBT_LIST, [stationId]);
      return update(', online = $3', [effect.online]);
  }
}
