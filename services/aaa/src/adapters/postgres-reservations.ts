import type { InstantMs } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type {
  ConnectorReservation,
  KeptReservation,
  ReservationEnd,
  ReservationStore,
  Tier,
} from '../command-ports.js';

interface ReservationRow {
  station_id: string;
  reservation_id: bigint;
  connector_id: number | null;
  identity_key: string;
  tier: Tier;
  expires_at: Date;
}

/** Who set out to call a station has made the call by then, or never will. */
const CLAIM_HOLDS_S = 120;

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
         tier = $5, expires_at = $6, ended_as = NULL`,
      [stationId, reservationId, connectorId, identityKey, tier, new Date(expiresMs)],
    );
  }

  async end(stationId: string, reservationId: number, as: ReservationEnd): Promise<void> {
    await this.#database.query(
      `UPDATE connector_reservations SET ended_as = $3
       WHERE station_id = $1 AND reservation_id = $2 AND ended_as IS NULL`,
      [stationId, reservationId, as],
    );
  }

  async find(stationId: string, reservationId: number): Promise<KeptReservation | null> {
    const [row] = await this.#database.query<{ expires_at: Date; ended_as: ReservationEnd | null }>(
      `SELECT expires_at, ended_as FROM connector_reservations
       WHERE station_id = $1 AND reservation_id = $2`,
      [stationId, reservationId],
    );
    return row === undefined
      ? null
      : { expiresMs: row.expires_at.getTime(), endedAs: row.ended_as };
  }

  async cancellationOf(reservationId: string): Promise<string | null> {
    const [row] = await this.#database.query<{ operation_id: string }>(
      'SELECT operation_id FROM reservation_cancellations WHERE reservation_id = $1',
      [reservationId],
    );
    return row?.operation_id ?? null;
  }

  async claimCancellation(
    reservationId: string,
    operationId: string,
    earlier: string | null,
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO reservation_cancellations AS known (reservation_id, operation_id) VALUES ($1, $2)
       ON CONFLICT (reservation_id) DO UPDATE SET operation_id = $2, claimed_at = now()
         WHERE known.operation_id = $3
           AND (known.claimed_at < now() - make_interval(secs => $4)
             OR EXISTS (SELECT 1 FROM operations o WHERE o.operation_id::text = known.operation_id))
       RETURNING operation_id`,
      [reservationId, operationId, earlier, CLAIM_HOLDS_S],
    );
    return rows.length > 0;
  }

  async inTheWay(
    { stationId, connectorId, identityKey, reservationId }: ConnectorReservation,
    nowMs: InstantMs,
  ): Promise<ConnectorReservation | null> {
    const [row] = await this.#database.query<ReservationRow>(
      `SELECT * FROM connector_reservations WHERE station_id = $1 AND connector_id = $2
         AND identity_key <> $3 AND reservation_id <> $4 AND expires_at > $5
         AND ended_as IS NULL LIMIT 1`,
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
