import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports of many objects from one file: how far each has come, and what was wrong with which line. */
export class CreateImports implements MigrationInterface {
  readonly name = 'CreateImports1795270000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE imports (
        import_id uuid PRIMARY KEY,
        kind text NOT NULL,
        dry_run boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
        started_at_ms bigint NOT NULL,
        progress jsonb NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE imports');
  }
}
