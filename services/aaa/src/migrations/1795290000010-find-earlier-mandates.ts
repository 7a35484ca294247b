import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A start that is told days later is charged under what its driver had been granted by then. */
export class FindEarlierMandates implements MigrationInterface {
  readonly name = 'FindEarlierMandates1795290000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX sessions_granted ON sessions (identity_key, swiped_at DESC) WHERE mandate_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sessions_granted');
  }
}
