import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A policy is drafted by one person and put in force by another; what was there before is in force. */
export class ApprovePolicies implements MigrationInterface {
  readonly name = 'ApprovePolicies1763900000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE policies
        ADD COLUMN state text NOT NULL DEFAULT 'published' CHECK (state IN ('draft', 'published')),
        ADD COLUMN author text NOT NULL DEFAULT 'unknown',
        ADD COLUMN publisher text,
        ADD COLUMN drafted_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN published_at timestamptz,
        ADD CHECK (publisher <> author)`);
    await runner.query(`
      UPDATE policies SET publisher = 'unknown approver', published_at = drafted_at`);
    await runner.query(`
      ALTER TABLE policies
        ALTER COLUMN state DROP DEFAULT,
        ALTER COLUMN author DROP DEFAULT,
        ALTER COLUMN drafted_at DROP DEFAULT,
        ADD CHECK ((state = 'published') = (publisher IS NOT NULL AND published_at IS NOT NULL))`);
    await runner.query(`
      CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON policies
      FOR EACH ROW EXECUTE FUNCTION keep_published()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER keep_published ON policies');
    await runner.query(`
      ALTER TABLE policies DROP COLUMN state, DROP COLUMN author, DROP COLUMN publisher,
        DROP COLUMN drafted_at, DROP COLUMN published_at`);
  }
}
