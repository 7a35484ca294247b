import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Corrections of what charges took of their mandates, each booked once; charges of which nothing is heard. */
export class CorrectMandateUse implements MigrationInterface {
  readonly name = 'CorrectMandateUse1795310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE use_corrections (
        cdr_credit_id uuid PRIMARY KEY,
        session_id uuid NOT NULL,
        mandate_id text NOT NULL,
        energy_milli_wh bigint NOT NULL,
        minor bigint NOT NULL
      )`);
    await runner.query('ALTER TABLE sessions ADD COLUMN silent_since timestamptz');
    await runner.query(
      `CREATE INDEX sessions_running ON sessions (state)
        WHERE state IN ('charging', 'idle') AND silent_since IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sessions_running');
    await runner.query('ALTER TABLE sessions DROP COLUMN silent_since');
    await runner.query('DROP TABLE use_corrections');
  }
}
