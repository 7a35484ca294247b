import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which agreements rest, and which version of each holds. */
export class KeepAgreementStandings implements MigrationInterface {
  readonly name = 'KeepAgreementStandings1780000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agreement_standings (
        agreement_id text PRIMARY KEY,
        rests_from timestamptz,
        current_hash text NOT NULL,
        current_from timestamptz NOT NULL
      )`);
    await runner.query(`
      ALTER TABLE mandates_held ADD COLUMN agreement_id text, ADD COLUMN agreement_hash text`);
    await runner.query(`
      UPDATE mandates_held SET agreement_id = signed #>> '{document,agreementId}',
        agreement_hash = signed #>> '{document,agreementHash}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mandates_held DROP COLUMN agreement_id, DROP COLUMN agreement_hash`);
    await runner.query('DROP TABLE agreement_standings');
  }
}
