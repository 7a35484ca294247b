import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a step of a session came to, in a few words. */
export class TellStepsApart implements MigrationInterface {
  readonly name = 'TellStepsApart1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE trace_steps ADD COLUMN detail text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE trace_steps DROP COLUMN detail');
  }
}
