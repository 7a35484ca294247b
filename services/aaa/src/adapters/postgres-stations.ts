import { project, subjectOf, type SignedStationRecord } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { json, type Database } from '@roamgrid/persistence';
import type { Station, StationStore } from '../ports.js';

interface StationRow {
  record: SignedStationRecord;
  password_key: string;
}

/** Stations change rarely and are asked for at every frame: the record in force is kept in memory. */
export class PostgresStations implements StationStore {
  readonly #database: Database;
  readonly #utility: string;
  readonly #known = new Map<string, Station>();

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  async find(stationId: string): Promise<Station | null> {
    const known = this.#known.get(stationId);
    if (known !== undefined) return known;
    const [row] = await this.#database.query<StationRow>(
      'SELECT record, password_key FROM stations WHERE station_id = $1',
      [stationId],
    );
    if (row === undefined) return null;
    const station: Station = { record: row.record, passwordKey: row.password_key };
    this.#known.set(stationId, station);
    return station;
  }

  async register(
    sign: (version: number) => Promise<SignedStationRecord>,
    stationId: string,
    passwordKey: string | null,
  ): Promise<SignedStationRecord> {
    const signed = await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<StationRow>(
        'SELECT record, password_key FROM stations WHERE station_id = $1 FOR UPDATE',
        [stationId],
      );
      const key = passwordKey ?? row?.password_key;
      if (key === undefined)
        throw new RoamgridError('unprocessable', 'a new station needs a password');
      const record = await sign((row?.record.document.version ?? 0) + 1);
      await tx.query(
        `INSERT INTO stations (station_id, record, password_key) VALUES ($1, $2, $3)
         ON CONFLICT (station_id) DO UPDATE SET record = $2, password_key = $3`,
        [stationId, json(record), key],
      );
      await tx.enqueue({
        to: this.#utility,
        subject: subjectOf(project),
        key: `station:${stationId}`,
        payload: {
          kind: 'station',
          id: stationId,
          facet: 'aaa',
          sortAt: record.document.notBefore,
          data: { ...record },
        },
      });
      return record;
    });
    this.#known.delete(stationId);
    return signed;
  }
}
