import { json, type Database } from '@roamgrid/persistence';
import type { Audit, AuditStore } from '../ports.js';
import type { JsonObject } from '../read-model/view.js';

export class PostgresAudits implements AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async start(auditId: string, startedAtMs: number): Promise<void> {
    await this.#database.query(
      "INSERT INTO audits (audit_id, started_at_ms, state) VALUES ($1, $2, 'running')",
      [auditId, startedAtMs],
    );
  }

  async finish(auditId: string, state: 'done' | 'failed', result: JsonObject): Promise<void> {
    await this.#database.query('UPDATE audits SET state = $2, result = $3 WHERE audit_id = $1', [
      auditId,
      state,
      json(result),
    ]);
  }

  async find(auditId: string): Promise<Audit | null> {
    const [row] = await this.#database.query<{ state: Audit['state']; result: JsonObject | null }>(
      'SELECT state, result FROM audits WHERE audit_id = $1',
      [auditId],
    );
    return row === undefined ? null : { auditId, state: row.state, result: row.result };
  }

  async failInterrupted(): Promise<void> {
    await this.#database.query(
      "UPDATE audits SET state = 'failed', result = $1 WHERE state = 'running'",
      [json({ detail: 'the portal was stopped while the audit ran' })],
    );
  }
}
