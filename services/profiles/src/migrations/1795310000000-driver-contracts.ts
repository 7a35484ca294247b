import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Drivers' contracts: versions that are added and never changed, ends, and on each consumer the version in
 * force. Consumers of before get their first version from the service, which has the key to sign it.
 */
export class DriverContracts implements MigrationInterface {
  readonly name = 'DriverContracts1795310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE contract_versions (
        driver_contract_id uuid NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        consumer_id text NOT NULL REFERENCES consumers,
        document_hash text NOT NULL UNIQUE,
        valid_from timestamptz NOT NULL,
        signed json NOT NULL,
        PRIMARY KEY (driver_contract_id, version),
        UNIQUE (consumer_id, valid_from)
      )`);
    await runner.query(`
      CREATE TABLE contract_ends (
        driver_contract_id uuid PRIMARY KEY,
        ended_at timestamptz NOT NULL,
        signed json NOT NULL
      )`);
    await runner.query(`
      CREATE FUNCTION keep_contract() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'a contract never changes' USING ERRCODE = 'integrity_constraint_violation';
      END $$`);
    for (const table of ['contract_versions', 'contract_ends']) {
      await runner.query(
        `CREATE TRIGGER keep_contract BEFORE UPDATE OR DELETE ON ${table}
           FOR EACH ROW EXECUTE FUNCTION keep_contract()`,
      );
    }
    await runner.query(`
      ALTER TABLE consumers ADD COLUMN driver_contract_id uuid,
        ADD COLUMN driver_contract_version integer, ADD COLUMN driver_contract_hash text`);
    await runner.query(
      'CREATE INDEX consumers_without_contract ON consumers (consumer_id) WHERE driver_contract_id IS NULL',
    );
    await runner.query(`
      ALTER TABLE mandates_issued ADD COLUMN contract_hash text, ADD COLUMN revoked_at timestamptz`);
    await runner.query('CREATE INDEX mandates_issued_consumer ON mandates_issued (consumer_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX mandates_issued_consumer');
    await runner.query(
      'ALTER TABLE mandates_issued DROP COLUMN contract_hash, DROP COLUMN revoked_at',
    );
    await runner.query(`
      ALTER TABLE consumers DROP COLUMN driver_contract_id,
        DROP COLUMN driver_contract_version, DROP COLUMN driver_contract_hash`);
    await runner.query('DROP TABLE contract_ends');
    await runner.query('DROP TABLE contract_versions');
    await runner.query('DROP FUNCTION keep_contract');
  }
}
