import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stations, sessions, the inbox of raw events, reservations of credit, suspense, and home's view of visits. */
export class CreateAaa implements MigrationInterface {
  readonly name = 'CreateAaa1732150000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE open_visits, home_authorizations, suspense, reservations, mandate_use, inbox, sessions, swipe_keys, wire_log, stations',
    );
    await runner.query('DROP SEQUENCE transaction_numbers');
  }
}

const TABLES = [
  `CREATE SEQUENCE transaction_numbers AS integer START 100001`,
  `CREATE TABLE stations (
     station_id text PRIMARY KEY,
     record jsonb NOT NULL,
     password_key text NOT NULL,
     online boolean NOT NULL DEFAULT false,
     last_seen_at timestamptz,
     model text,
     connector_status jsonb NOT NULL DEFAULT '{}'
   )`,
  `CREATE TABLE wire_log (
     id bigserial PRIMARY KEY,
     station_id text NOT NULL,
     at timestamptz NOT NULL,
     direction text NOT NULL CHECK (direction IN ('in', 'out')),
     protocol text NOT NULL,
     message_id text,
     action text,
     raw text NOT NULL,
     refusal text
   )`,
  `CREATE INDEX wire_log_station ON wire_log (station_id, id)`,
  `CREATE TABLE swipe_keys (
     station_id text NOT NULL,
     idempotency_key text NOT NULL,
     request_hash text NOT NULL,
     session_id uuid NOT NULL,
     PRIMARY KEY (station_id, idempotency_key)
   )`,
  `CREATE TABLE sessions (
     session_id uuid PRIMARY KEY,
     station_id text NOT NULL,
     connector_id integer,
     state text NOT NULL,
     home_utility text,
     identity_key text,
     pseudonym text,
     mandate_id text,
     transaction_id text,
     swiped_at timestamptz NOT NULL,
     expires_at timestamptz,
     started_at timestamptz,
     ended_at timestamptz,
     holds_connector boolean NOT NULL DEFAULT true,
     facts jsonb NOT NULL,
     terms jsonb,
     progress jsonb NOT NULL
   )`,
  `CREATE UNIQUE INDEX sessions_connector ON sessions (station_id, connector_id)
     WHERE holds_connector AND state IN ('consented', 'charging', 'idle')`,
  `CREATE UNIQUE INDEX sessions_transaction ON sessions (station_id, transaction_id)
     WHERE transaction_id IS NOT NULL`,
  `CREATE INDEX sessions_expiry ON sessions (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE INDEX sessions_identity ON sessions (station_id, identity_key, swiped_at) WHERE state = 'quoted'`,
  `CREATE INDEX sessions_pseudonym ON sessions (pseudonym) WHERE state IN ('consented', 'charging', 'idle')`,
  `CREATE INDEX sessions_times ON sessions (station_id, connector_id, started_at) WHERE started_at IS NOT NULL`,
  `CREATE TABLE inbox (
     station_id text NOT NULL,
     natural_key text NOT NULL,
     payload_hash text NOT NULL,
     received_at timestamptz NOT NULL,
     event jsonb NOT NULL,
     transaction_id text NOT NULL,
     session_id uuid,
     reply jsonb NOT NULL,
     set_aside boolean NOT NULL DEFAULT false,
     PRIMARY KEY (station_id, natural_key)
   )`,
  `CREATE INDEX inbox_transaction ON inbox (station_id, transaction_id)`,
  `CREATE TABLE mandate_use (
     mandate_id text PRIMARY KEY,
     consumed_energy_milli_wh bigint NOT NULL DEFAULT 0,
     consumed_minor bigint NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE reservations (
     session_id uuid PRIMARY KEY,
     mandate_id text NOT NULL REFERENCES mandate_use,
     energy_milli_wh bigint NOT NULL CHECK (energy_milli_wh >= 0),
     minor bigint NOT NULL CHECK (minor >= 0)
   )`,
  `CREATE TABLE suspense (
     suspense_id uuid PRIMARY KEY,
     at timestamptz NOT NULL,
     station_id text NOT NULL,
     session_id uuid,
     transaction_id text,
     code text NOT NULL,
     detail text NOT NULL,
     evidence jsonb NOT NULL,
     state text NOT NULL CHECK (state IN ('open', 'joined', 'written_off')),
     resolution jsonb
   )`,
  `CREATE INDEX suspense_session ON suspense (session_id) WHERE state = 'open'`,
  `CREATE INDEX suspense_transaction ON suspense (station_id, transaction_id) WHERE state = 'open'`,
  `CREATE INDEX reservations_mandate ON reservations (mandate_id)`,
  `CREATE TABLE home_authorizations (
     session_id uuid PRIMARY KEY,
     visited_utility text NOT NULL,
     consumer_id text,
     pseudonym text,
     decision text NOT NULL,
     reason text,
     at timestamptz NOT NULL
   )`,
  `CREATE INDEX home_authorizations_pseudonym ON home_authorizations (pseudonym)`,
  `CREATE TABLE open_visits (
     session_id uuid PRIMARY KEY,
     visited_utility text NOT NULL,
     pseudonym text NOT NULL,
     mandate_id text NOT NULL,
     station_id text,
     started_at timestamptz NOT NULL,
     ended_at timestamptz
   )`,
  `CREATE INDEX open_visits_pseudonym ON open_visits (pseudonym) WHERE ended_at IS NULL`,
];
