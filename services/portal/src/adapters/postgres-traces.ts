import { TRACE_STEPS, type TraceStep } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import { prepared, type Database } from '@roamgrid/persistence';
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
  readonly detail: string | null;
}

/** For {@link stepParameters}; the same occurrence again changes nothing. */
export const ADD_STEPS = prepared(
  `INSERT INTO trace_steps (session_id, step, occurrence, at, at_ms, step_order, from_party,
     to_party, duration_ms, document_hash, detail)
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::integer[],
     $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[])
   ON CONFLICT DO NOTHING`,
);

export function stepParameters(
  steps: readonly (TraceEntry & { readonly sessionId: string })[],
): unknown[] {
  return [
    steps.map(({ sessionId }) => sessionId),
    steps.map(({ step }) => step),
    steps.map(({ occurrence }) => occurrence),
    steps.map(({ at }) => at),
    steps.map(({ at }) => parseInstant(at)),
    steps.map(({ step }) => TRACE_STEPS.indexOf(step)),
    steps.map(({ from }) => from),
    steps.map(({ to }) => to),
    steps.map(({ durationMs }) => durationMs),
    steps.map(({ documentHash }) => documentHash),
    steps.map(({ detail }) => detail ?? null),
  ];
}

export class PostgresTraces implements TraceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(sessionId: string, steps: readonly TraceEntry[]): Promise<void> {
    await this.#database.query(
      ADD_STEPS,
      stepParameters(steps.map((step) => ({ sessionId, ...step }))),
    );
  }

  async list(sessionId: string): Promise<TraceEntry[]> {
    const rows = await this.#database.query<TraceRow>(
      `SELECT step, occurrence, from_party, to_party, at, duration_ms, document_hash, detail
       FROM trace_steps WHERE session_id = $1 ORDER BY at_ms, step_order, occurrence`,
      [sessionId],
    );
    return rows.map((row) => ({
      step: row.step,
      occurrence: row.occurrence,
      from: row.from_party,
      to: row.to_party,
      at: row.at,
      durationMs: Number(row.duration_ms),
      documentHash: row.document_hash,
      ...(row.detail === null ? {} : { detail: row.detail }),
    }));
  }
}
