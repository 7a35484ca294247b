import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What our bank and our payment provider say has moved, and what it was matched with. */
export class ReadBankStatements implements MigrationInterface {
  readonly name = 'ReadBankStatements1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...PAYMENTS, ...BANK]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE card_payout_line, card_payout, bank_item, bank_statement');
  }
}

const PAYMENTS: readonly string[] = [
  'ALTER TABLE payment DROP CONSTRAINT payment_state_check',
  `ALTER TABLE payment ADD CONSTRAINT payment_state_check CHECK (state IN ('instructed',
    'unknown', 'accepted', 'advised', 'acknowledged', 'rejected', 'returned'))`,
  'DROP INDEX payment_once',
  `CREATE UNIQUE INDEX payment_once ON payment (settlement_id)
    WHERE state NOT IN ('rejected', 'returned')`,
];

const BANK: readonly string[] = [
  `CREATE TABLE bank_statement (
    account text NOT NULL,
    statement_id text NOT NULL,
    currency text NOT NULL,
    opening_balance text NOT NULL,
    closing_balance text NOT NULL,
    content_hash text NOT NULL,
    read_at timestamptz NOT NULL,
    read_by text NOT NULL,
    PRIMARY KEY (account, statement_id)
  )`,
  `CREATE TABLE bank_item (
    item_id text PRIMARY KEY,
    number bigserial NOT NULL UNIQUE,
    source text NOT NULL CHECK (source IN ('statement', 'payout')),
    account text NOT NULL,
    statement_id text NOT NULL,
    reference text,
    end_to_end_id text,
    direction text NOT NULL CHECK (direction IN ('credit', 'debit')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    booked_at timestamptz NOT NULL,
    remittance text,
    state text NOT NULL CHECK (state IN ('matched', 'suspense', 'proposed', 'resolved')),
    reason text,
    detail text,
    payment_id text REFERENCES payment (payment_id),
    settlement_id text,
    partner text,
    resolution jsonb,
    CHECK ((state = 'matched') = (reason IS NULL)),
    CHECK ((state IN ('proposed', 'resolved')) = (resolution IS NOT NULL))
  )`,
  'CREATE INDEX bank_item_statement ON bank_item (source, account, statement_id, number)',
  'CREATE INDEX bank_item_payment ON bank_item (payment_id)',
  `CREATE INDEX bank_item_waiting ON bank_item (end_to_end_id) WHERE state = 'suspense'`,
  `CREATE TABLE card_payout (
    provider text NOT NULL,
    payout_id text NOT NULL,
    currency text NOT NULL,
    gross text NOT NULL,
    fees text NOT NULL,
    net text NOT NULL,
    paid_at text NOT NULL,
    content_hash text NOT NULL,
    read_at timestamptz NOT NULL,
    read_by text NOT NULL,
    matched integer NOT NULL,
    state text NOT NULL CHECK (state IN ('announced', 'paid')),
    PRIMARY KEY (provider, payout_id)
  )`,
  `CREATE TABLE card_payout_line (
    order_key text PRIMARY KEY REFERENCES card_order (order_key),
    provider text NOT NULL,
    payout_id text NOT NULL,
    FOREIGN KEY (provider, payout_id) REFERENCES card_payout (provider, payout_id)
  )`,
];
