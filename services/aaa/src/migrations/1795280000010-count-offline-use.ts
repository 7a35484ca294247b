import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mandates made while a home was silent, whose caps a driver has once in a window, not once a mandate. */
export class CountOfflineUse implements MigrationInterface {
  readonly name = 'CountOfflineUse1795280000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE offline_mandates (
        mandate_id text PRIMARY KEY,
        home_utility text NOT NULL,
        pseudonym text NOT NULL,
        not_before timestamptz NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX offline_mandates_driver ON offline_mandates (home_utility, pseudonym)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offline_mandates');
  }
}
