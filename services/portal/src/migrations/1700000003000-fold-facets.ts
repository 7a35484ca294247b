import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The facets of an object stand in its item's row: one row to lock, read and write. */
export class FoldFacets implements MigrationInterface {
  readonly name = 'FoldFacets1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE view_items ADD COLUMN facets jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`
      UPDATE view_items AS item SET facets = (
        SELECT jsonb_object_agg(v.facet, jsonb_build_object('sortAtMs', v.sort_at_ms, 'data', v.data))
          FROM views v WHERE v.kind = item.kind AND v.id = item.id)
       WHERE EXISTS (SELECT 1 FROM views v WHERE v.kind = item.kind AND v.id = item.id)`);
    await runner.query('DROP TABLE views');
  }

  async down(runner: QueryRunner): Promise<void> {
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
      INSERT INTO views (kind, id, facet, sort_at_ms, data)
      SELECT item.kind, item.id, kept.key, (kept.value ->> 'sortAtMs')::bigint, kept.value -> 'data'
        FROM view_items AS item, jsonb_each(item.facets) AS kept`);
    await runner.query('ALTER TABLE view_items DROP COLUMN facets');
  }
}
