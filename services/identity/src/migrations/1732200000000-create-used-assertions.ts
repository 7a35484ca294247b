import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Client assertions that were used already, until they expire by themselves. */
export class CreateUsedAssertions implements MigrationInterface {
  readonly name = 'CreateUsedAssertions1732200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE used_assertion (
        -- a hash of issuer and jti: the same jti of another client is another assertion
        assertion_id text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX used_assertion_expiry ON used_assertion (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE used_assertion');
  }
}
