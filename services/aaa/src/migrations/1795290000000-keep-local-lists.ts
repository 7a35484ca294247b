import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was shown here and may charge, and what each station's own list of them holds. */
export class KeepLocalLists implements MigrationInterface {
  readonly name = 'KeepLocalLists1795290000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE listed_identifiers (
        identity_key text NOT NULL,
        station_class text NOT NULL,
        sealed bytea NOT NULL,
        home_utility text NOT NULL,
        mandate_id text NOT NULL,
        energy_cap_milli_wh bigint NOT NULL,
        minor_cap bigint NOT NULL,
        not_after timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        is_held boolean NOT NULL DEFAULT true,
        checked_at timestamptz NOT NULL,
        PRIMARY KEY (identity_key, station_class)
      )`);
    await runner.query(
      'CREATE INDEX listed_identifiers_newest ON listed_identifiers (station_class, seen_at DESC)',
    );
    await runner.query(`
      CREATE TABLE station_lists (
        station_id text PRIMARY KEY,
        version integer NOT NULL,
        standing text NOT NULL CHECK (standing IN ('unknown', 'unchecked', 'sure', 'unsupported')),
        entries jsonb NOT NULL DEFAULT '{}',
        retry_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE listed_identifiers, station_lists');
  }
}
