import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connectors kept for a driver until an instant, as a station agreed to. */
export class ReserveConnectors implements MigrationInterface {
  readonly name = 'ReserveConnectors1795268000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE connector_reservations (
      station_id text NOT NULL,
      reservation_id bigint NOT NULL,
      connector_id integer,
      identity_key text NOT NULL,
      tier text NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (station_id, reservation_id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE connector_reservations');
  }
}
