import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Own and partners' load signals; what was published never changes. */
export class KeepLoadSignals implements MigrationInterface {
  readonly name = 'KeepLoadSignals1763900000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE load_signals (
        document_hash text PRIMARY KEY,
        visited_utility text NOT NULL,
        station_class text NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL CHECK (to_at > from_at),
        received_at timestamptz,
        document jsonb NOT NULL,
        signature text NOT NULL
      )`);
    await runner.query(`
      CREATE INDEX load_signals_time ON load_signals (visited_utility, station_class, to_at)`);
    await runner.query(`
      CREATE FUNCTION keep_load_signal() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'a load signal never changes' USING ERRCODE = 'integrity_constraint_violation';
      END $$`);
    await runner.query(`
      CREATE TRIGGER keep_load_signal BEFORE UPDATE OR DELETE ON load_signals
      FOR EACH ROW EXECUTE FUNCTION keep_load_signal()`);
    await runner.query(`
      CREATE INDEX agreed_tariffs_negotiation ON agreed_tariffs (negotiation_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agreed_tariffs_negotiation');
    await runner.query('DROP TABLE load_signals');
    await runner.query('DROP FUNCTION keep_load_signal()');
  }
}
