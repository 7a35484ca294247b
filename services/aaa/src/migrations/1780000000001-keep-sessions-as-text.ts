import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is written and read as a whole stays text, in the order in which it was signed. */
export class KeepSessionsAsText implements MigrationInterface {
  readonly name = 'KeepSessionsAsText1780000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions ALTER COLUMN facts TYPE json,
      ALTER COLUMN terms TYPE json, ALTER COLUMN progress TYPE json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions ALTER COLUMN facts TYPE jsonb,
      ALTER COLUMN terms TYPE jsonb, ALTER COLUMN progress TYPE jsonb`);
  }
}
