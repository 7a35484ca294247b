import type { project, traceSteps, RequestOf } from '@roamgrid/contracts';

export type ViewKind = RequestOf<typeof project>['kind'];
export type Facet = RequestOf<typeof project>['facet'];
export type JsonObject = Readonly<Record<string, unknown>>;

/** One object as the read model has it: the facets of its owners, merged. */
export interface View {
  readonly id: string;
  readonly sortAtMs: bigint;
  readonly data: JsonObject;
}

/** One hop of a session. */
export type TraceEntry = RequestOf<typeof traceSteps>['steps'][number];
