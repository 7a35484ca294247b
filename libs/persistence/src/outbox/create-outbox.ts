import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The table through which everything leaves a service. Rows are written in the transaction of what
 * they tell, delivered by the relay, and kept. `lane` is what is delivered in order; rows without
 * an ordering key have none.
 */
export class CreateOutbox implements MigrationInterface {
  readonly name = 'CreateOutbox1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id bigserial PRIMARY KEY,
        to_utility text NOT NULL CHECK (to_utility !~ '\\s'),
        subject text NOT NULL CHECK (subject !~ '\\s'),
        ordering_key text,
        lane text GENERATED ALWAYS AS (to_utility || ' ' || subject || ' ' || ordering_key) STORED,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        delivered_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        next_attempt_at timestamptz
      )`);
    await runner.query('CREATE INDEX outbox_pending ON outbox (id) WHERE delivered_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
  }
}
