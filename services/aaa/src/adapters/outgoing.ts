import { project, subjectOf, traceSteps } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { OutboxMessage } from '@roamgrid/persistence';
import type { TraceEntry } from '../ports.js';
import type { Session } from '../session/session.js';
import { sessionView } from './session-view.js';

type PublishedStep = Omit<TraceEntry, 'atMs'> & { readonly at: string };

/** What one transaction tells others: gathered while it runs, written in one statement before the commit. */
export class Outgoing {
  readonly #messages: OutboxMessage[] = [];
  readonly #sessions = new Map<string, Session>();
  readonly #steps = new Map<string, PublishedStep[]>();
  readonly #utility: string;

  constructor(utility: string) {
    this.#utility = utility;
  }

  send(message: OutboxMessage): void {
    this.#messages.push(message);
  }

  trace(sessionId: string, entries: readonly TraceEntry[]): void {
    if (entries.length === 0) return;
    const steps = entries.map(({ atMs, ...entry }) => ({ at: formatInstant(atMs), ...entry }));
    this.#steps.set(sessionId, [...(this.#steps.get(sessionId) ?? []), ...steps]);
  }

  /** The last state of a session in a transaction is the one that is told. */
  projectSession(session: Session): void {
    this.#sessions.set(session.sessionId, session);
  }

  /** Everything that is to be told; a session and the steps that led to its state go together. */
  messages(): OutboxMessage[] {
    for (const [sessionId, session] of this.#sessions) {
      const steps = this.#steps.get(sessionId) ?? [];
      this.#steps.delete(sessionId);
      const view = { ...sessionView(session, this.#utility) };
      this.#project('session', sessionId, formatInstant(session.swipedMs), view, steps);
    }
    for (const [sessionId, steps] of this.#steps) {
      const payload = { sessionId, steps };
      this.send({ to: this.#utility, subject: subjectOf(traceSteps), payload, canWait: true });
    }
    return this.#messages;
  }

  projectSuspense(item: { suspenseId: string; at: string } & Record<string, unknown>): void {
    this.#project('suspense', item.suspenseId, item.at, item);
  }

  projectStation(stationId: string, sortAt: string, data: Readonly<Record<string, unknown>>): void {
    this.#project('station', stationId, sortAt, data);
  }

  #project(
    kind: 'session' | 'suspense' | 'station',
    id: string,
    sortAt: string,
    data: Readonly<Record<string, unknown>>,
    steps: readonly PublishedStep[] = [],
  ): void {
    this.send({
      to: this.#utility,
      subject: subjectOf(project),
      key: `${kind}:${id}`,
      canWait: true,
      payload: { kind, id, facet: 'aaa', sortAt, data, steps },
    });
  }
}
