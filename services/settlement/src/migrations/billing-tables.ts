/** Invoices between utilities, bills to drivers, prepaid accounts, intents for the ledger. */
export const BILLING_TABLES: readonly string[] = [
  `CREATE TABLE invoice (
    invoice_id text PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('issued', 'received')),
    partner text NOT NULL,
    state text NOT NULL
      CHECK (state IN ('issued', 'accepted', 'disputed', 'settled', 'credited')),
    currency text NOT NULL,
    payable_minor bigint NOT NULL,
    disputed_minor bigint NOT NULL DEFAULT 0,
    period_to timestamptz NOT NULL,
    sequence_to integer NOT NULL,
    number text NOT NULL,
    reissue_of text,
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL,
    differences jsonb NOT NULL DEFAULT '[]',
    issued_at timestamptz NOT NULL
  )`,
  // a partner's numbers are the partner's matter
  "CREATE UNIQUE INDEX invoice_number ON invoice (number) WHERE direction = 'issued'",
  `CREATE TABLE invoice_line (
    invoice_id text NOT NULL REFERENCES invoice (invoice_id),
    position integer NOT NULL CHECK (position >= 0),
    cdr_id text NOT NULL,
    line jsonb NOT NULL,
    live boolean NOT NULL,
    PRIMARY KEY (invoice_id, position)
  )`,
  // a charge detail record stands on one live invoice at most
  'CREATE UNIQUE INDEX invoice_line_live ON invoice_line (cdr_id) WHERE live',
  'CREATE INDEX invoice_line_cdr ON invoice_line (cdr_id)',
  `CREATE TABLE invoice_answer (
    invoice_id text PRIMARY KEY,
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL
  )`,
  `CREATE TABLE credit_note (
    credit_note_id text PRIMARY KEY,
    invoice_id text NOT NULL UNIQUE,
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL
  )`,
  `CREATE TABLE bill (
    bill_id text PRIMARY KEY,
    number text NOT NULL UNIQUE,
    consumer_id text NOT NULL,
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL,
    issued_at timestamptz NOT NULL
  )`,
  `CREATE TABLE retail_charge (
    cdr_id text PRIMARY KEY REFERENCES cdr (cdr_id),
    session_id text NOT NULL UNIQUE,
    consumer_id text NOT NULL,
    cin_masked text NOT NULL,
    currency text NOT NULL,
    total_minor bigint NOT NULL,
    paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
    end_at timestamptz NOT NULL,
    session jsonb NOT NULL,
    bill_id text REFERENCES bill (bill_id)
  )`,
  'CREATE INDEX retail_charge_unbilled ON retail_charge (end_at) WHERE bill_id IS NULL',
  `CREATE TABLE credit_account (
    consumer_id text PRIMARY KEY,
    currency text NOT NULL,
    balance_minor bigint NOT NULL DEFAULT 0 CHECK (balance_minor >= 0),
    reserved_minor bigint NOT NULL DEFAULT 0
      CHECK (reserved_minor >= 0 AND reserved_minor <= balance_minor)
  )`,
  `CREATE TABLE credit_entry (
    entry_id text PRIMARY KEY,
    consumer_id text NOT NULL REFERENCES credit_account (consumer_id),
    amount_minor bigint NOT NULL,
    at timestamptz NOT NULL
  )`,
  `CREATE TABLE credit_reservation (
    reservation_id text PRIMARY KEY,
    session_id text NOT NULL,
    consumer_id text NOT NULL REFERENCES credit_account (consumer_id),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('open', 'used', 'released'))
  )`,
  'CREATE INDEX credit_reservation_session ON credit_reservation (session_id)',
  `CREATE TABLE ledger_intent (
    intent_id bigserial PRIMARY KEY,
    business_key text NOT NULL UNIQUE,
    invoice_id text NOT NULL,
    step text NOT NULL,
    document_hash text NOT NULL,
    content jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'posted', 'unknown', 'refused')),
    receipt jsonb,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    next_attempt_at timestamptz NOT NULL
  )`,
  `CREATE INDEX ledger_intent_open ON ledger_intent (intent_id)
    WHERE state IN ('pending', 'unknown')`,
  'CREATE INDEX ledger_intent_invoice ON ledger_intent (invoice_id)',
];
