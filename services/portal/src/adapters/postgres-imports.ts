import { json, type Database } from '@roamgrid/persistence';
import type { Import, ImportProgress, ImportStore } from '../ports.js';

interface ImportRow {
  readonly kind: Import['kind'];
  readonly dry_run: boolean;
  readonly state: Import['state'];
  readonly progress: ImportProgress;
}

export class PostgresImports implements ImportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async save(started: Import, nowMs: number): Promise<void> {
    const { importId, kind, dryRun, state, progress } = started;
    await this.#database.query(
      `INSERT INTO imports (import_id, kind, dry_run, state, started_at_ms, progress)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (import_id) DO UPDATE SET state = excluded.state, progress = excluded.progress`,
      [importId, kind, dryRun, state, nowMs, json(progress)],
    );
  }

  async find(importId: string): Promise<Import | null> {
    const [row] = await this.#database.query<ImportRow>(
      'SELECT kind, dry_run, state, progress FROM imports WHERE import_id = $1',
      [importId],
    );
    if (row === undefined) return null;
    const { kind, dry_run: dryRun, state, progress } = row;
    return { importId, kind, dryRun, state, progress };
  }

  async countRunning(): Promise<number> {
    const [row] = await this.#database.query<{ running: number }>(
      "SELECT count(*)::integer AS running FROM imports WHERE state = 'running'",
    );
    return row?.running ?? 0;
  }

  async failInterrupted(): Promise<void> {
    await this.#database.query("UPDATE imports SET state = 'failed' WHERE state = 'running'");
  }
}
