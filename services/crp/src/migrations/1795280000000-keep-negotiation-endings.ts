import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why each negotiation ended, and which policies were shown as overdue for review. */
export class KeepNegotiationEndings implements MigrationInterface {
  readonly name = 'KeepNegotiationEndings1795280000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE negotiations ADD COLUMN ending jsonb');
    await runner.query(`
      CREATE TABLE overdue_policies (
        side text NOT NULL,
        customer_class text NOT NULL,
        station_class text NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (side, customer_class, station_class, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE overdue_policies');
    await runner.query('ALTER TABLE negotiations DROP COLUMN ending');
  }
}
