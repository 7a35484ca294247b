import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mandates held of others are read as they were signed, never searched inside. */
export class KeepMandatesAsText implements MigrationInterface {
  readonly name = 'KeepMandatesAsText1780000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mandates_held ALTER COLUMN signed TYPE json,
      ALTER COLUMN agreed_tariff TYPE json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE mandates_held ALTER COLUMN signed TYPE jsonb,
      ALTER COLUMN agreed_tariff TYPE jsonb`);
  }
}
