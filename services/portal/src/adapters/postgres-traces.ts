import { TRACE_STEPS, type TraceStep } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type { TraceStore } from '../ports.js';
import type { TraceEntry } from '../read-model/view.js';

interface TraceRow {
  readonly step: TraceStep;
  readonly occurrence: string;
  readonly from_party: string;
  readonly to_party: string;
  readonly at: string;
  readonly duration_ms: bigint;
  readonly document_hash: string | null;
}

export class PostgresTraces implements TraceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(entry: TraceEntry): Promise<void> {
    await this.#database.query(
      `INSERT INTO trace_steps (session_id, step, occurrence, at, at_ms, step_order, from_party,
         to_party, duration_ms, document_hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [
        entry.sessionId,
        entry.step,
        entry.occurrence,
        entry.at,
        parseInstant(entry.at),
        TRACE_STEPS.indexOf(entry.step),
        entry.from,
        entry.to,
        entry.durationMs,
        entry.documentHash,
      ],
    );
  }

  async list(sessionId: string): Promise<TraceEntry[]> {
    const rows = await this.#database.query<TraceRow>(
      `SELECT step, occurrence, from_party, to_party, at, duration_ms, document_hash
       FROM trace_steps WHERE session_id = $1 ORDER BY at_ms, step_order, occurrence`,
      [sessionId],
    );
    return rows.map((row) => ({
      sessionId,
      step: row.step,
      occurrence: row.occurrence,
      from: row.from_party,
      to: row.to_party,
      at: row.at,
      durationMs: Number(row.duration_ms),
      documentHash: row.document_hash,
    }));
  }
}
