import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Charges that run under mandates we issued: what they may still use counts, whatever ended the mandate. */
export class CountRunningCharges implements MigrationInterface {
  readonly name = 'CountRunningCharges1795280000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE running_charges (
        session_id uuid PRIMARY KEY,
        mandate_id text NOT NULL,
        noted_at timestamptz NOT NULL,
        ended_at timestamptz
      )`);
    await runner.query(
      'CREATE INDEX running_charges_open ON running_charges (mandate_id) WHERE ended_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE running_charges');
  }
}
