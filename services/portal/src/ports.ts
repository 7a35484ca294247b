import type { Bus } from '@roamgrid/messaging';
import type { Clock, IdSource, Log, Registry } from '@roamgrid/platform';
import type { Outcome } from './http/outcome.js';
import type { Position } from './http/page.js';
import type { Freshness } from './read-model/freshness.js';
import type { ReportDefinition, ReportFilter, ReportRow } from './reports/report.js';
import type { Facet, JsonObject, TraceEntry, View, ViewKind } from './read-model/view.js';

/** What a list is narrowed to. */
export type Condition =
  /** one of the members, of the view or else of its document, has the value */
  | { readonly members: readonly string[]; readonly equals: string }
  /** an agreement's other party */
  | { readonly agreementWith: string }
  /** the item's station belongs to this provider */
  | { readonly stationOfProvider: string };

export interface ListRequest {
  readonly kind: ViewKind;
  readonly limit: number;
  readonly after: Position | null;
  /** inclusive */
  readonly fromMs: number | null;
  /** exclusive */
  readonly toMs: number | null;
  readonly conditions: readonly Condition[];
}

/** One service's part of an object; replaces what that service said of it before. */
export interface PublishedFacet {
  readonly kind: ViewKind;
  readonly id: string;
  readonly facet: Facet;
  readonly sortAtMs: number;
  readonly data: JsonObject;
}

/** The read model: views made of the facets that the services publish. */
export interface ViewStore {
  /** @param steps of a session, added to its trace with the view */
  project(facet: PublishedFacet, steps: readonly TraceEntry[]): Promise<void>;
  find(kind: ViewKind, id: string): Promise<View | null>;
  /** newest first; one more than `limit` where there is a next page */
  list(request: ListRequest): Promise<View[]>;
}

export interface TraceStore {
  /** The same occurrence again changes nothing. */
  add(sessionId: string, steps: readonly TraceEntry[]): Promise<void>;
  /** in the order in which the steps happened */
  list(sessionId: string): Promise<TraceEntry[]>;
}

export interface Audit {
  readonly auditId: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly result: JsonObject | null;
}

export interface AuditStore {
  start(auditId: string, startedAtMs: number): Promise<void>;
  finish(auditId: string, state: 'done' | 'failed', result: JsonObject): Promise<void>;
  find(auditId: string): Promise<Audit | null>;
  /** What ran when the process ended will never finish. */
  failInterrupted(): Promise<void>;
}

/** A line of a file that could not be taken; never repeats what stood in it. */
export interface ImportError {
  /** as editors count lines; the first one names the columns */
  readonly line: number;
  /** the column, or empty where the whole line is meant */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface ImportProgress {
  readonly rows: number;
  readonly done: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly errors: readonly ImportError[];
}

/** Many objects from one file. */
export interface Import {
  readonly importId: string;
  readonly kind: 'consumers' | 'cards' | 'tariffs';
  readonly dryRun: boolean;
  readonly state: 'running' | 'done' | 'failed';
  readonly progress: ImportProgress;
}

export interface ImportStore {
  save(started: Import, nowMs: number): Promise<void>;
  find(importId: string): Promise<Import | null>;
  countRunning(): Promise<number>;
  /** What ran when the process ended goes on when the file is sent again. */
  failInterrupted(): Promise<void>;
}

/** AAA analytics over the read model. */
export interface ReportStore {
  run(report: ReportDefinition, filter: ReportFilter): Promise<ReportRow[]>;
}

/** A request with an idempotency key that asks to be the one that runs. */
export interface Claim {
  readonly clientId: string;
  readonly key: string;
  readonly route: string;
  readonly requestHash: string;
  readonly nowMs: number;
  readonly leasedUntilMs: number;
}

export interface KeptAnswer {
  readonly requestHash: string;
  /** null while the first request still runs */
  readonly outcome: Outcome | null;
}

/** Answers by (client, key), kept for at least 24 hours. */
export interface AnswerStore {
  claim(claim: Claim): Promise<'claimed' | KeptAnswer>;
  complete(claim: Claim, outcome: Outcome): Promise<void>;
  release(claim: Claim): Promise<void>;
}

/** What the use cases stand on. */
export interface Portal {
  readonly utility: string;
  readonly bus: Bus;
  readonly views: ViewStore;
  readonly traces: TraceStore;
  readonly audits: AuditStore;
  readonly reports: ReportStore;
  readonly imports: ImportStore;
  readonly freshness: Freshness;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  /** the process is about to end: work that takes long stops where it is */
  readonly ending: AbortSignal;
  /** work that outlives its request; waited for at the end */
  readonly background: Set<Promise<void>>;
}
