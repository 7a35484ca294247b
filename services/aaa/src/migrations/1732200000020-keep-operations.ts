import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls towards stations that staff asked for, and how each ended. */
export class KeepOperations implements MigrationInterface {
  readonly name = 'KeepOperations1732200000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE operations (
      operation_id uuid PRIMARY KEY,
      station_id text NOT NULL,
      asked_at timestamptz NOT NULL,
      ended_at timestamptz,
      state text NOT NULL,
      facts jsonb NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE operations');
  }
}
