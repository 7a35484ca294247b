import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Facets as the services publish them, and the merged item of each object, which lists read. */
export class CreateViews implements MigrationInterface {
  readonly name = 'CreateViews1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE views (
        kind text NOT NULL,
        id text NOT NULL,
        facet text NOT NULL,
        sort_at_ms bigint NOT NULL,
        data jsonb NOT NULL,
        PRIMARY KEY (kind, id, facet)
      )`);
    await runner.query(`
      CREATE TABLE view_items (
        kind text NOT NULL,
        id text COLLATE "C" NOT NULL,
        sort_at_ms bigint NOT NULL,
        data jsonb NOT NULL,
        PRIMARY KEY (kind, id)
      )`);
    await runner.query('CREATE INDEX view_items_order ON view_items (kind, sort_at_ms, id)');
    await runner.query(`
      CREATE TABLE trace_steps (
        session_id uuid NOT NULL,
        step text NOT NULL,
        occurrence text NOT NULL,
        at text NOT NULL,
        at_ms bigint NOT NULL,
        step_order integer NOT NULL,
        from_party text NOT NULL,
        to_party text NOT NULL,
        duration_ms bigint NOT NULL,
        document_hash text,
        PRIMARY KEY (session_id, step, occurrence)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trace_steps');
    await runner.query('DROP TABLE view_items');
    await runner.query('DROP TABLE views');
  }
}
