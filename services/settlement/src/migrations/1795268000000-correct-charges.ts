import type { MigrationInterface, QueryRunner } from 'typeorm';

const LIVE = "state NOT IN ('credited')";

/**
 * A CDR may be taken back and another one stand in its place, or be written off: of a session and of a
 * station's transaction one is live. What a driver was charged for it may be taken back, too.
 */
export class CorrectCharges implements MigrationInterface {
  readonly name = 'CorrectCharges1795268000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cdr_credit, cdr_write_off, bill_credit_line, bill_credit');
    await runner.query('ALTER TABLE retail_charge DROP COLUMN voided_at');
    await runner.query('ALTER TABLE cdr DROP COLUMN provider_share_percentage');
  }
}

const STATEMENTS = [
  'ALTER TABLE cdr ADD COLUMN provider_share_percentage text',
  'ALTER TABLE cdr DROP CONSTRAINT cdr_state_check',
  `ALTER TABLE cdr ADD CONSTRAINT cdr_state_check
     CHECK (state IN ('open', 'accepted', 'held', 'credited', 'written_off'))`,
  'ALTER TABLE cdr DROP CONSTRAINT cdr_session_id_key',
  'ALTER TABLE cdr DROP CONSTRAINT cdr_visited_utility_station_id_transaction_id_key',
  `CREATE UNIQUE INDEX cdr_live_session ON cdr (session_id) WHERE ${LIVE}`,
  `CREATE UNIQUE INDEX cdr_live_transaction ON cdr (visited_utility, station_id, transaction_id)
     WHERE ${LIVE}`,
  'CREATE INDEX cdr_session ON cdr (session_id)',
  'CREATE INDEX cdr_transaction ON cdr (visited_utility, station_id, transaction_id)',
  `CREATE TABLE cdr_credit (
     cdr_id text PRIMARY KEY REFERENCES cdr (cdr_id),
     session_id text NOT NULL,
     corrected_by text,
     document text NOT NULL,
     document_hash text NOT NULL,
     signature text NOT NULL
   )`,
  'CREATE INDEX cdr_credit_session ON cdr_credit (session_id)',
  `CREATE TABLE cdr_write_off (
     cdr_id text PRIMARY KEY REFERENCES cdr (cdr_id),
     note text NOT NULL,
     proposed_by text NOT NULL,
     proposed_at timestamptz NOT NULL,
     document text,
     document_hash text,
     signature text
   )`,
  'ALTER TABLE retail_charge ADD COLUMN voided_at timestamptz',
  'ALTER TABLE retail_charge DROP CONSTRAINT retail_charge_session_id_key',
  // the corrected charge may be there before a second person approved the credit of the billed one
  `CREATE UNIQUE INDEX retail_charge_to_bill ON retail_charge (session_id)
     WHERE voided_at IS NULL AND bill_id IS NULL`,
  `CREATE TABLE bill_credit (
     bill_credit_id text PRIMARY KEY,
     bill_id text NOT NULL REFERENCES bill (bill_id),
     state text NOT NULL CHECK (state IN ('proposed', 'issued')),
     reason text NOT NULL,
     currency text NOT NULL,
     total_minor bigint NOT NULL CHECK (total_minor >= 0),
     proposed_by text NOT NULL,
     proposed_at timestamptz NOT NULL,
     document text,
     document_hash text,
     signature text
   )`,
  'CREATE INDEX bill_credit_bill ON bill_credit (bill_id)',
  // a session of a bill is credited once
  `CREATE TABLE bill_credit_line (
     cdr_id text PRIMARY KEY REFERENCES retail_charge (cdr_id),
     bill_credit_id text NOT NULL REFERENCES bill_credit (bill_credit_id)
   )`,
];
