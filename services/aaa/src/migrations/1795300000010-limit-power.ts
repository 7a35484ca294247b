import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last limit that the station of a charge was told of, and how it took it. */
export class LimitPower implements MigrationInterface {
  readonly name = 'LimitPower1795300000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE power_limits (
      session_id uuid PRIMARY KEY REFERENCES sessions (session_id),
      limit_w bigint NOT NULL CHECK (limit_w >= 0),
      outcome text NOT NULL CHECK (outcome IN
        ('accepted', 'rejected', 'unsupported', 'error', 'timeout', 'offline')),
      retry_at timestamptz
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE power_limits');
  }
}
