import { project, traceSteps, type RequestInput, type TraceStep } from '@roamgrid/contracts';
import type { Books } from '../ports.js';

type Projection = RequestInput<typeof project>;

/** Publishes this service's part of a view to its own utility's portal. */
export function publishView(
  books: Books,
  utility: string,
  view: Omit<Projection, 'facet' | 'data'> & { readonly data: Readonly<Record<string, unknown>> },
): void {
  const { kind, id, sortAt } = view;
  // documents are JSON by their schemas; the portal checks that on arrival
  const data = view.data as Projection['data'];
  const payload = { kind, id, sortAt, facet: 'settlement' as const, data };
  books.send(project, utility, payload, `${kind}:${id}`);
}

export interface TracedStep {
  readonly sessionId: string;
  readonly step: TraceStep;
  /** a natural key: the same occurrence is published once */
  readonly occurrence: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly durationMs?: number;
  readonly documentHash: string | null;
}

/** Publishes a step of a session to its trace. */
export function publishStep(books: Books, utility: string, step: TracedStep): void {
  const { sessionId, durationMs = 0, ...hop } = step;
  const payload = { sessionId, steps: [{ ...hop, durationMs }] };
  books.send(traceSteps, utility, payload, `trace:${sessionId}`);
}

/** `duke-energy/settlement`, as traces name who did something. */
export const settlementOf = (utility: string): string => `${utility}/settlement`;
