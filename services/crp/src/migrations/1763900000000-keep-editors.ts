import type { MigrationInterface, QueryRunner } from 'typeorm';

const TARIFF_STORES = ['tariffs_residential', 'tariffs_commercial'];

/** Drafts can be changed and withdrawn; who changed one may not publish it. */
export class KeepEditors implements MigrationInterface {
  readonly name = 'KeepEditors1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TARIFF_STORES) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN editors jsonb NOT NULL DEFAULT '[]'`);
      await runner.query(
        `ALTER TABLE ${table} ADD CHECK (publisher IS NULL OR NOT editors ? publisher)`,
      );
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_state_check`);
      await runner.query(
        `ALTER TABLE ${table} ADD CONSTRAINT ${table}_state_check
         CHECK (state IN ('draft', 'published', 'withdrawn'))`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TARIFF_STORES) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_state_check`);
      await runner.query(
        `ALTER TABLE ${table} ADD CONSTRAINT ${table}_state_check
         CHECK (state IN ('draft', 'published'))`,
      );
      await runner.query(`ALTER TABLE ${table} DROP COLUMN editors`);
    }
  }
}
