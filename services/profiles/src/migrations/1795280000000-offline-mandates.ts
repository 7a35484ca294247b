import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What visited needs when a home is silent: home's word on its directory, its prices, mandates made on both. */
export class OfflineMandates implements MigrationInterface {
  readonly name = 'OfflineMandates1795280000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE directory_homes ADD COLUMN state json');
    await runner.query(`
      CREATE TABLE offline_prices (
        home_utility text NOT NULL,
        agreed_tariff_hash text NOT NULL,
        plan_id text NOT NULL,
        tier text NOT NULL,
        customer_class text NOT NULL,
        station_class text NOT NULL,
        agreement_hash text NOT NULL,
        not_after timestamptz NOT NULL,
        agreed_tariff json NOT NULL,
        retail_tariff json NOT NULL,
        PRIMARY KEY (home_utility, agreed_tariff_hash, plan_id, tier)
      )`);
    await runner.query(`
      CREATE TABLE offline_mandates (
        mandate_id text PRIMARY KEY,
        home_utility text NOT NULL,
        token_hash text NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'revoked', 'used_up')),
        not_after timestamptz NOT NULL,
        signed json NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX offline_mandates_token ON offline_mandates (home_utility, token_hash)',
    );
    await runner.query(`
      CREATE INDEX directory_issued_token
        ON directory_issued (visited_utility, (signed #>> '{document,tokenHash}'), number)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX directory_issued_token');
    await runner.query('DROP TABLE offline_mandates, offline_prices');
    await runner.query('ALTER TABLE directory_homes DROP COLUMN state');
  }
}
