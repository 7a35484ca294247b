import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * HCP: consumers, their credentials as keyed hashes, pseudonyms per visited utility, mandates issued.
 * VCP: mandates held, found by the keyed hash of what the driver showed.
 */
export class CreateProfiles implements MigrationInterface {
  readonly name = 'CreateProfiles1732150000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE consumers (
        consumer_id text PRIMARY KEY,
        cin_masked text NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'blocked')),
        settings jsonb NOT NULL,
        pin_hash text,
        contract_id text,
        card_uid_count integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE credentials (
        value_key text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('cin', 'contractId', 'uid')),
        consumer_id text NOT NULL REFERENCES consumers
      )`);
    await runner.query(`
      CREATE TABLE pseudonyms (
        pseudonym text PRIMARY KEY,
        consumer_id text NOT NULL REFERENCES consumers,
        visited_utility text NOT NULL,
        UNIQUE (consumer_id, visited_utility)
      )`);
    await runner.query(`
      CREATE TABLE pin_failures (
        place_key text PRIMARY KEY,
        failures integer NOT NULL,
        next_try_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE mandates_issued (
        mandate_id text PRIMARY KEY,
        consumer_id text NOT NULL REFERENCES consumers,
        visited_utility text NOT NULL,
        agreed_tariff_hash text NOT NULL,
        session_id uuid NOT NULL UNIQUE,
        single_session boolean NOT NULL,
        energy_cap_milli_wh bigint NOT NULL,
        home_cap_minor bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'revoked', 'used_up')),
        not_after timestamptz NOT NULL,
        signed jsonb NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX mandates_issued_open ON mandates_issued (consumer_id) WHERE state = 'active'`,
    );
    await runner.query(`
      CREATE TABLE mandates_held (
        mandate_id text NOT NULL,
        identity_key text NOT NULL,
        home_utility text NOT NULL,
        station_class text NOT NULL,
        assurance text NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'revoked', 'used_up')),
        not_after timestamptz NOT NULL,
        signed jsonb NOT NULL,
        agreed_tariff jsonb NOT NULL,
        PRIMARY KEY (mandate_id, identity_key)
      )`);
    await runner.query(
      `CREATE INDEX mandates_held_active ON mandates_held (identity_key, home_utility, station_class)
       WHERE state = 'active'`,
    );
    await runner.query(`
      CREATE TABLE revocations_issued (
        visited_utility text NOT NULL,
        number integer NOT NULL,
        mandate_id text NOT NULL UNIQUE REFERENCES mandates_issued,
        signed jsonb NOT NULL,
        PRIMARY KEY (visited_utility, number)
      )`);
    await runner.query(`
      CREATE TABLE revocations_received (
        home_utility text NOT NULL,
        number integer NOT NULL,
        mandate_id text NOT NULL,
        signed jsonb NOT NULL,
        PRIMARY KEY (home_utility, number)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'revocations_received',
      'revocations_issued',
      'mandates_held',
      'mandates_issued',
      'pin_failures',
      'pseudonyms',
      'credentials',
      'consumers',
    ]) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
