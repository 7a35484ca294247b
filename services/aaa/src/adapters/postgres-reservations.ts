import type { InstantMs } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type { ConnectorReservation, ReservationStore, Tier } from '../command-ports.js';

interface ReservationRow {
  station_id: string;
  reservation_id: bigint;
  connector_id: number | null;
  identity_key: string;
  tier: Tier;
  expires_at: Date;
}

export class PostgresReservations implements ReservationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(reservation: ConnectorReservation): Promise<void> {
    const { stationId, reservationId, connectorId, identityKey, tier, expiresMs } = reservation;
    // OCPP: a reservation id that is used again replaces the reservation
    await this.#database.query(
      `INSERT INTO connector_reservations (station_id, reservation_id, connector_id, identity_key,
         tier, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (station_id, reservation_id) DO UPDATE SET connector_id = $3, identity_key = $4,
         tier = $5, expires_at = $6`,
      [stationId, reservationId, connectorId, identityKey, tier, new Date(expiresMs)],
    );
  }

  async drop(stationId: string, reservationId: number): Promise<void> {
    await this.#database.query(
      'DELETE FROM connector_reservations WHERE station_id = $1 AND reservation_id = $2',
      [stationId, reservationId],
    );
  }

  async inTheWay(
    { stationId, connectorId, identityKey, reservationId }: ConnectorReservation,
    nowMs: InstantMs,
  ): Promise<ConnectorReservation | null> {
    const [row] = await this.#database.query<ReservationRow>(
      `SELECT * FROM connector_reservations WHERE station_id = $1 AND connector_id = $2
         AND identity_key <> $3 AND reservation_id <> $4 AND expires_at > $5 LIMIT 1`,
      [stationId, connectorId, identityKey, reservationId, new Date(nowMs)],
    );
    if (row === undefined) return null;
    return {
      stationId: row.station_id,
      reservationId: Number(row.reservation_id),
      connectorId: row.connector_id,
      identityKey: row.identity_key,
      tier: row.tier,
      expiresMs: row.expires_at.getTime(),
    };
  }
}
