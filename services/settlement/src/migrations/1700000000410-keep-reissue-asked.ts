import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a credit asked for a reissue: only that tells the same request from another one. */
export class KeepReissueAsked implements MigrationInterface {
  readonly name = 'KeepReissueAsked1700000000410';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE credit_note ADD COLUMN reissue_asked boolean NOT NULL DEFAULT false',
    );
    await runner.query(
      `UPDATE credit_note SET reissue_asked = true
        WHERE invoice_id IN (SELECT reissue_of FROM invoice WHERE reissue_of IS NOT NULL)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE credit_note DROP COLUMN reissue_asked');
  }
}
