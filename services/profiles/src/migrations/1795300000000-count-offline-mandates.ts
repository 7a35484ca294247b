import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mandates that partners made while we were silent; and under which off-line rule an entry was published. */
export class CountOfflineMandates implements MigrationInterface {
  readonly name = 'CountOfflineMandates1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mandates_heard (
        mandate_id text PRIMARY KEY,
        consumer_id text NOT NULL,
        energy_cap_milli_wh bigint NOT NULL,
        home_cap_minor bigint NOT NULL,
        signed json NOT NULL
      )`);
    await runner.query('CREATE INDEX mandates_heard_consumer ON mandates_heard (consumer_id)');
    // what was published before is published once more: nobody knows under which rule
    await runner.query(
      `ALTER TABLE directory_published ADD COLUMN offline_rule text NOT NULL DEFAULT ''`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE directory_published DROP COLUMN offline_rule');
    await runner.query('DROP TABLE mandates_heard');
  }
}
