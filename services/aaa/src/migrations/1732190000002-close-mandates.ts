import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A mandate that is closed lets no further session begin. Which sessions stand under a mandate for one
 * session is kept apart, so that nobody else pays for looking it up.
 */
export class CloseMandates implements MigrationInterface {
  readonly name = 'CloseMandates1732190000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mandate_use ADD COLUMN closed_at timestamptz');
    await runner.query(`
      CREATE TABLE one_session_mandates (
        mandate_id text NOT NULL REFERENCES mandate_use,
        session_id uuid NOT NULL,
        pseudonym text NOT NULL,
        quoted_at timestamptz NOT NULL,
        PRIMARY KEY (mandate_id, session_id)
      )`);
    await runner.query(
      'CREATE INDEX one_session_mandates_driver ON one_session_mandates (pseudonym, quoted_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE one_session_mandates');
    await runner.query('ALTER TABLE mandate_use DROP COLUMN closed_at');
  }
}
