import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Agreements wait for the other party's signature, and either party may suspend or end them. */
export class AgreementLifecycle implements MigrationInterface {
  readonly name = 'AgreementLifecycle1763900000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agreements
        ADD COLUMN proposed_by text NOT NULL DEFAULT '',
        ADD COLUMN is_withdrawn boolean NOT NULL DEFAULT false`);
    await runner.query(`ALTER TABLE agreements ALTER COLUMN proposed_by DROP DEFAULT`);
    await runner.query(`
      CREATE TABLE agreement_notices (
        position bigint GENERATED ALWAYS AS IDENTITY,
        notice_id text PRIMARY KEY,
        agreement_id text NOT NULL,
        document_hash text NOT NULL,
        document jsonb NOT NULL,
        signature text NOT NULL
      )`);
    await runner.query(`
      CREATE INDEX agreement_notices_agreement ON agreement_notices (agreement_id, position)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agreement_notices');
    await runner.query('ALTER TABLE agreements DROP COLUMN proposed_by, DROP COLUMN is_withdrawn');
  }
}
