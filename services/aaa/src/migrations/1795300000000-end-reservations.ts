import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of a kept connector stays known: home asks for it, and may cancel what it asked for. */
export class EndReservations implements MigrationInterface {
  readonly name = 'EndReservations1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE connector_reservations
      ADD COLUMN ended_as text CHECK (ended_as IN ('used', 'cancelled', 'displaced'))`);
    await runner.query(`CREATE TABLE reservation_cancellations (
      reservation_id text PRIMARY KEY,
      operation_id text NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reservation_cancellations');
    await runner.query('ALTER TABLE connector_reservations DROP COLUMN ended_as');
  }
}
