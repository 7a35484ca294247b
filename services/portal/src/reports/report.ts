import type { Cell } from '../http/csv.js';

/** What a report is narrowed to; null where it is not. */
export interface ReportFilter {
  readonly utility: string;
  /** inclusive */
  readonly fromMs: number | null;
  /** exclusive */
  readonly toMs: number | null;
  readonly partner: string | null;
  readonly station: string | null;
  /** only this provider's stations */
  readonly provider: string | null;
}

export type ReportRow = Readonly<Record<string, Cell>>;

/** A report: what it is for, its columns, and the query over the sessions that gives its rows. */
export interface ReportDefinition {
  readonly summary: string;
  readonly columns: readonly string[];
  /**
   * A SELECT over the relation `session` (see `adapters/postgres-reports.ts`), with the columns above.
   * Energies and amounts are given as text, so that no figure passes through floating point.
   */
  readonly sql: string;
}
