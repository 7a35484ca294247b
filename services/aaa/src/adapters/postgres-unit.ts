import { prepared, type OutboxMessage, type Transaction } from '@roamgrid/persistence';
import type {
  EndedVisit,
  StartedVisit,
  TraceEntry,
  UnitOfWork,
  VisitBook,
  WireEntry,
} from '../ports.js';
import { formatInstant } from '@roamgrid/kernel';
import type { LimitBook } from '../power-ports.js';
import type { ShownIdentifier } from '../local-list-ports.js';
import { Outgoing } from './outgoing.js';
import { PostgresInbox } from './postgres-inbox.js';
import { noteShown } from './postgres-local-lists.js';
import { PostgresLimits } from './postgres-power.js';
import { PostgresMandates } from './postgres-mandates.js';
import { PostgresSessions } from './postgres-sessions.js';
import { PostgresSuspense } from './postgres-suspense.js';

/** Home's view of its consumers' charges elsewhere; starts and ends may arrive in either order. */
class PostgresVisitBook implements VisitBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async start(visit: StartedVisit): Promise<boolean> {
    const made = await this.#tx.query(
      `INSERT INTO open_visits (session_id, visited_utility, pseudonym, mandate_id, station_id,
         started_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (session_id) DO NOTHING RETURNING session_id`,
      [
        visit.sessionId,
        visit.visitedUtility,
        visit.pseudonym,
        visit.mandateId,
        visit.stationId,
        visit.startAt,
      ],
    );
    return made.length > 0;
  }

  async end(visit: EndedVisit): Promise<{ stationId: string; startAt: string } | null> {
    const [row] = await this.#tx.query<{ station_id: string | null; started_at: Date }>(
      `INSERT INTO open_visits (session_id, visited_utility, pseudonym, mandate_id, started_at,
         ended_at) VALUES ($1, $2, $3, $4, $5, $5)
       ON CONFLICT (session_id) DO UPDATE SET ended_at = EXCLUDED.ended_at
       RETURNING station_id, started_at`,
      [visit.sessionId, visit.visitedUtility, visit.pseudonym, visit.mandateId, visit.endAt],
    );
    const stationId = row?.station_id ?? null;
    if (row === undefined || stationId === null) return null;
    return { stationId, startAt: formatInstant(row.started_at.getTime()) };
  }
}

const APPEND_WIRE = prepared(
  `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw, refusal)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** The unit of work over one PostgreSQL transaction, its books by noun. */
export class PostgresUnit implements UnitOfWork {
  readonly sessions: PostgresSessions;
  readonly inbox: PostgresInbox;
  readonly mandates: PostgresMandates;
  readonly suspense: PostgresSuspense;
  readonly visits: VisitBook;
  readonly limits: LimitBook;
  readonly #tx: Transaction;
  readonly #outgoing: Outgoing;

  constructor(tx: Transaction, utility: string, onSuspense: (code: string) => void) {
    this.#tx = tx;
    this.#outgoing = new Outgoing(utility);
    this.sessions = new PostgresSessions(tx, this.#outgoing);
    this.inbox = new PostgresInbox(tx);
    this.mandates = new PostgresMandates(tx);
    this.suspense = new PostgresSuspense(tx, this.#outgoing, onSuspense);
    this.visits = new PostgresVisitBook(tx);
    this.limits = new PostgresLimits(tx);
  }

  appendWire({ stationId, direction, wire, refusal }: WireEntry): Promise<void> {
    const { receivedAt, protocol, messageId, action, raw } = wire;
    this.#tx.append(APPEND_WIRE, [
      stationId,
      receivedAt,
      direction,
      protocol,
      messageId,
      action,
      raw,
      refusal,
    ]);
    return Promise.resolve();
  }

  noteShown(shown: ShownIdentifier): void {
    noteShown(this.#tx, shown);
  }

  trace(sessionId: string, entries: readonly TraceEntry[]): void {
    this.#outgoing.trace(sessionId, entries);
  }

  send(message: OutboxMessage): void {
    this.#outgoing.send(message);
  }

  /** Writes everything that was to be sent; the last statement before the commit. */
  async flush(): Promise<void> {
    await this.#tx.enqueueAll(this.#outgoing.messages());
  }
}
