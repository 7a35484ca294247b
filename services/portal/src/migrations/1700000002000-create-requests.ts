import type { MigrationInterface, QueryRunner } from 'typeorm';

/** First answers by idempotency key (sealed: some hold a password), and audits. */
export class CreateRequests implements MigrationInterface {
  readonly name = 'CreateRequests1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        client_id text NOT NULL,
        key text NOT NULL,
        route text NOT NULL,
        request_hash text NOT NULL,
        answer bytea,
        created_at_ms bigint NOT NULL,
        leased_until_ms bigint NOT NULL,
        PRIMARY KEY (client_id, key)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at_ms)');
    await runner.query(`
      CREATE TABLE audits (
        audit_id uuid PRIMARY KEY,
        started_at_ms bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
        result jsonb
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audits');
    await runner.query('DROP TABLE idempotency_keys');
  }
}
