import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What leaves for the utility's own customer billing, and the ledger of its sandbox. */
export class CreateBillingFeed implements MigrationInterface {
  readonly name = 'CreateBillingFeed1795270000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE billing_feed (
        feed_id bigserial PRIMARY KEY,
        feed_key text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('bill', 'billCredit')),
        bill_id text NOT NULL,
        consumer_id text NOT NULL,
        currency text NOT NULL,
        due_minor bigint NOT NULL,
        signed jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'delivered', 'refused')),
        through text,
        reference text,
        detail text,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL
      )`,
    );
    await runner.query('CREATE INDEX billing_feed_bill ON billing_feed (bill_id, feed_id)');
    await runner.query(
      "CREATE INDEX billing_feed_open ON billing_feed (feed_id) WHERE state <> 'delivered'",
    );
    await runner.query(
      `CREATE TABLE sandbox_customer_billing (
        entry_key text PRIMARY KEY,
        document_hash text NOT NULL,
        reference text NOT NULL
      )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sandbox_customer_billing, billing_feed');
  }
}
