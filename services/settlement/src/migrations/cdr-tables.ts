/** Charge detail records as they are made or received, and what could not become one. */
export const CDR_TABLES: readonly string[] = [
  // the row is locked while a sequence number is given out or a received one is judged
  `CREATE TABLE direction (
    visited_utility text NOT NULL,
    home_utility text NOT NULL,
    last_sequence integer NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    PRIMARY KEY (visited_utility, home_utility)
  )`,
  `CREATE TABLE number_series (
    series text PRIMARY KEY,
    last_number integer NOT NULL DEFAULT 0 CHECK (last_number >= 0)
  )`,
  `CREATE TABLE cdr (
    cdr_id text PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('visited', 'home', 'domestic')),
    visited_utility text NOT NULL,
    home_utility text NOT NULL,
    station_id text NOT NULL,
    transaction_id text NOT NULL,
    session_id text NOT NULL UNIQUE,
    sequence integer NOT NULL,
    end_at timestamptz NOT NULL,
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'held')),
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL,
    charge_hash text,
    provider text,
    provider_share_minor bigint NOT NULL DEFAULT 0,
    invoice_id text,
    UNIQUE (visited_utility, station_id, transaction_id),
    UNIQUE (visited_utility, home_utility, sequence)
  )`,
  `CREATE INDEX cdr_to_invoice ON cdr (home_utility, end_at)
    WHERE invoice_id IS NULL AND role = 'visited'`,
  `CREATE TABLE cdr_answer (
    cdr_id text NOT NULL,
    document text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (cdr_id, document_hash)
  )`,
  `CREATE TABLE quarantined_document (
    kind text NOT NULL,
    document_id text NOT NULL,
    document_hash text NOT NULL,
    signature text NOT NULL,
    document text NOT NULL,
    reason text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (kind, document_id, document_hash)
  )`,
  `CREATE TABLE held_charge (
    session_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('wholesale', 'retail')),
    partner text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    content jsonb NOT NULL,
    held_at timestamptz NOT NULL,
    released_at timestamptz,
    PRIMARY KEY (session_id, kind)
  )`,
];
