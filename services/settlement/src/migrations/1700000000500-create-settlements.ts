import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Netting between utilities and its payments, with the order book of the sandbox bank. */
export class CreateSettlements implements MigrationInterface {
  readonly name = 'CreateSettlements1700000000500';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...SETTLEMENT, ...PAYMENT]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sandbox_bank_order, payment, settlement_item, settlement');
  }
}

const SETTLEMENT: readonly string[] = [
  `CREATE TABLE settlement (
    settlement_id text PRIMARY KEY,
    partner text NOT NULL,
    currency text NOT NULL,
    sequence integer NOT NULL CHECK (sequence > 0),
    state text NOT NULL
      CHECK (state IN ('proposed', 'refused', 'withdrawn', 'agreed', 'paying', 'settled')),
    document text NOT NULL,
    document_hash text NOT NULL,
    signatures jsonb NOT NULL,
    differences jsonb NOT NULL DEFAULT '[]',
    proposed_at timestamptz NOT NULL
  )`,
  // a number of a pair is signed by both once, and a pair has one proposal of ours open at most
  `CREATE UNIQUE INDEX settlement_sequence ON settlement (partner, currency, sequence)
    WHERE state IN ('agreed', 'paying', 'settled')`,
  `CREATE UNIQUE INDEX settlement_proposal ON settlement (partner, currency)
    WHERE state = 'proposed'`,
  `CREATE TABLE settlement_item (
    settlement_id text NOT NULL REFERENCES settlement (settlement_id),
    invoice_id text NOT NULL REFERENCES invoice (invoice_id),
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (settlement_id, invoice_id)
  )`,
  'CREATE INDEX settlement_item_invoice ON settlement_item (invoice_id)',
];

const PAYMENT: readonly string[] = [
  `CREATE TABLE payment (
    payment_id text PRIMARY KEY,
    settlement_id text NOT NULL REFERENCES settlement (settlement_id),
    direction text NOT NULL CHECK (direction IN ('out', 'in')),
    state text NOT NULL CHECK (state IN ('instructed', 'unknown', 'acknowledged', 'rejected')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    through text NOT NULL,
    reference text,
    detail text,
    advice jsonb,
    attempts integer NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL
  )`,
  // what was rejected may be ordered anew, everything else is paid once
  "CREATE UNIQUE INDEX payment_once ON payment (settlement_id) WHERE state <> 'rejected'",
  `CREATE INDEX payment_open ON payment (next_attempt_at)
    WHERE state IN ('instructed', 'unknown')`,
  `CREATE TABLE sandbox_bank_order (
    order_key text PRIMARY KEY,
    payee text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    reference text NOT NULL,
    executed_at timestamptz NOT NULL
  )`,
];
