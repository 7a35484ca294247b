import { project, subjectOf, traceStep } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { OutboxMessage } from '@roamgrid/persistence';
import type { TraceEntry } from '../ports.js';
import type { Session } from '../session/session.js';
import { sessionView } from './session-view.js';

/** What one transaction tells others: gathered while it runs, written in one statement before the commit. */
export class Outgoing {
  readonly messages: OutboxMessage[] = [];
  readonly #utility: string;

  constructor(utility: string) {
    this.#utility = utility;
  }

  send(message: OutboxMessage): void {
    this.messages.push(message);
  }

  trace(sessionId: string, entries: readonly TraceEntry[]): void {
    for (const { atMs, ...entry } of entries) {
      this.send({
        to: this.#utility,
        subject: subjectOf(traceStep),
        payload: { sessionId, at: formatInstant(atMs), ...entry },
      });
    }
  }

  projectSession(session: Session): void {
    this.#project('session', session.sessionId, formatInstant(session.swipedMs), {
      ...sessionView(session, this.#utility),
    });
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
  ): void {
    this.send({
      to: this.#utility,
      subject: subjectOf(project),
      key: `${kind}:${id}`,
      payload: { kind, id, facet: 'aaa', sortAt, data },
    });
  }
}
