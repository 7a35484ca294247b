import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is asked of the payment provider, and the books of the sandbox provider. */
export class CreateCardOrders implements MigrationInterface {
  readonly name = 'CreateCardOrders1795270000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE card_order (
        order_id bigserial PRIMARY KEY,
        order_key text NOT NULL UNIQUE,
        operation text NOT NULL
          CHECK (operation IN ('authorize', 'capture', 'void', 'charge', 'refund')),
        method text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        upon text,
        mandate_id text NOT NULL,
        consumer_id text NOT NULL,
        cdr_id text,
        state text NOT NULL CHECK (state IN ('ordered', 'unknown', 'done', 'declined')),
        reference text,
        detail text,
        attempts integer NOT NULL DEFAULT 0,
        ordered_at timestamptz NOT NULL,
        next_attempt_at timestamptz NOT NULL
      )`,
    );
    await runner.query('CREATE INDEX card_order_mandate ON card_order (mandate_id, order_id)');
    await runner.query('CREATE INDEX card_order_cdr ON card_order (cdr_id)');
    await runner.query('CREATE INDEX card_order_upon ON card_order (upon)');
    await runner.query(
      `CREATE INDEX card_order_open ON card_order (order_id)
        WHERE state IN ('ordered', 'unknown')`,
    );
    await runner.query(
      `CREATE TABLE sandbox_card_order (
        order_key text PRIMARY KEY,
        operation text NOT NULL,
        method text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL,
        upon text,
        reference text,
        reason text,
        answered_from timestamptz NOT NULL
      )`,
    );
    await runner.query('CREATE INDEX sandbox_card_order_upon ON sandbox_card_order (upon)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sandbox_card_order, card_order');
  }
}
