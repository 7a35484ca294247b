import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A session gets another mandate once its first was recalled; reservations that are being made. */
export class RecallMandates implements MigrationInterface {
  readonly name = 'RecallMandates1732190000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE mandates_issued DROP CONSTRAINT mandates_issued_session_id_key',
    );
    await runner.query(
      `CREATE UNIQUE INDEX mandates_issued_session ON mandates_issued (session_id)
        WHERE state = 'active'`,
    );
    await runner.query(
      'CREATE TABLE reservation_intents (mandate_id text PRIMARY KEY, intended_at timestamptz NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reservation_intents');
    await runner.query('DROP INDEX mandates_issued_session');
    await runner.query(
      'ALTER TABLE mandates_issued ADD CONSTRAINT mandates_issued_session_id_key UNIQUE (session_id)',
    );
  }
}
