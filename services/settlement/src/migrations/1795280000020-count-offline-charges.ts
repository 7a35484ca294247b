import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What drivers were charged at partners while this utility was silent: the rule's caps hold over a window. */
export class CountOfflineCharges implements MigrationInterface {
  readonly name = 'CountOfflineCharges1795280000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE offline_charge (
        cdr_id text PRIMARY KEY,
        visited_utility text NOT NULL,
        pseudonym text NOT NULL,
        granted_at timestamptz NOT NULL,
        energy_milli_wh bigint NOT NULL,
        minor bigint NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX offline_charge_driver ON offline_charge (visited_utility, pseudonym)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offline_charge');
  }
}
