import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A payload is written once and read once: kept as its text it is neither taken apart nor sorted. */
export class KeepPayloadAsText implements MigrationInterface {
  readonly name = 'KeepPayloadAsText1780000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox ALTER COLUMN payload TYPE json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox ALTER COLUMN payload TYPE jsonb');
  }
}
