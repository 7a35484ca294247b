import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Credentials that can be published: sealed, so that a hash can be made for a partner who comes later, and
 * numbered anew with each change. What was published to whom; what partners published here.
 */
export class TokenDirectory implements MigrationInterface {
  readonly name = 'TokenDirectory1732190000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE credential_revisions');
    await runner.query(`
      ALTER TABLE credentials
        ADD COLUMN credential_id text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text,
        ADD COLUMN sealed bytea,
        ADD COLUMN masked text NOT NULL DEFAULT '',
        ADD COLUMN label text NOT NULL DEFAULT 'card' CHECK (label IN ('card', 'loyalty')),
        ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'blocked')),
        ADD COLUMN revision bigint NOT NULL DEFAULT nextval('credential_revisions')`);
    await runner.query('CREATE INDEX credentials_consumer ON credentials (consumer_id)');
    await runner.query(`
      CREATE TABLE directory_published (
        visited_utility text NOT NULL,
        credential_id text NOT NULL,
        revision bigint NOT NULL,
        PRIMARY KEY (visited_utility, credential_id)
      )`);
    await runner.query(`
      CREATE TABLE directory_issued (
        visited_utility text NOT NULL,
        number integer NOT NULL,
        signed jsonb NOT NULL,
        PRIMARY KEY (visited_utility, number)
      )`);
    await runner.query(`
      CREATE TABLE directory_homes (
        home_utility text PRIMARY KEY,
        pair_key text NOT NULL,
        complete integer NOT NULL DEFAULT 0,
        greatest integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE TABLE directory_held (
        home_utility text NOT NULL REFERENCES directory_homes,
        token_hash text NOT NULL,
        number integer NOT NULL,
        signed jsonb NOT NULL,
        PRIMARY KEY (home_utility, token_hash)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE directory_held, directory_homes, directory_issued, directory_published',
    );
    await runner.query(`
      ALTER TABLE credentials DROP COLUMN credential_id, DROP COLUMN sealed, DROP COLUMN masked,
        DROP COLUMN label, DROP COLUMN state, DROP COLUMN revision`);
    await runner.query('DROP SEQUENCE credential_revisions');
  }
}
