import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of the embedded ledger, in a database of its own. Nothing is ever updated or deleted: a
 * later write to a key is a further row, as in Fabric's history.
 */
export class CreateLedger implements MigrationInterface {
  readonly name = 'CreateLedger1700000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_block (
        number bigint PRIMARY KEY CHECK (number >= 0),
        previous_hash text NOT NULL CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
        data_hash text NOT NULL CHECK (data_hash ~ '^[0-9a-f]{64}$'),
        block_hash text NOT NULL UNIQUE CHECK (block_hash ~ '^[0-9a-f]{64}$')
      )`);
    await runner.query(`
      CREATE TABLE ledger_transaction (
        tx_id text PRIMARY KEY,
        block_number bigint NOT NULL UNIQUE REFERENCES ledger_block (number),
        content text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE private_state (
        collection text NOT NULL,
        key text NOT NULL,
        block_number bigint NOT NULL REFERENCES ledger_block (number),
        value bytea NOT NULL,
        value_hash bytea NOT NULL,
        PRIMARY KEY (collection, key, block_number)
      )`);
    await runner.query('CREATE INDEX private_state_block ON private_state (block_number)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE private_state');
    await runner.query('DROP TABLE ledger_transaction');
    await runner.query('DROP TABLE ledger_block');
  }
}
