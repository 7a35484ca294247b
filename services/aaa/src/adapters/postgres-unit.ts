import { project, subjectOf, traceStep, type SignedMandate } from '@roamgrid/contracts';
import {
  formatInstant,
  parseEnergyKwh,
  parseMoney,
  RoamgridError,
  type EnergyMilliWh,
  type InstantMs,
} from '@roamgrid/kernel';
import {
  isUniqueViolation,
  json,
  type OutboxMessage,
  type Transaction,
} from '@roamgrid/persistence';
import type { Metrics } from '@roamgrid/platform';
import type {
  InboxEntry,
  MandateBalance,
  SuspenseItem,
  TraceEntry,
  UnitOfWork,
  WireEntry,
} from '../ports.js';
import type { Session, TransactionEvent } from '../session/session.js';
import { factsOf, sessionFromRow, type SessionRow } from './session-rows.js';
import { sessionView } from './session-view.js';

const iso = (ms: InstantMs): Date => new Date(ms);

/** The unit of work over one PostgreSQL transaction. */
export class PostgresUnit implements UnitOfWork {
  readonly #tx: Transaction;
  readonly #utility: string;
  readonly #metrics: Metrics;

  constructor(tx: Transaction, utility: string, metrics: Metrics) {
    this.#tx = tx;
    this.#utility = utility;
    this.#metrics = metrics;
  }

  async appendWire({ stationId, direction, wire, refusal }: WireEntry): Promise<void> {
    await this.#tx.query(
      `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw, refusal)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        stationId,
        wire.receivedAt,
        direction,
        wire.protocol,
        wire.messageId,
        wire.action,
        wire.raw,
        refusal,
      ],
    );
  }

  lockSession(sessionId: string): Promise<Session | null> {
    return this.#oneSession('session_id = $1', [sessionId]);
  }

  lockSessionByTransaction(stationId: string, transactionId: string): Promise<Session | null> {
    return this.#oneSession('station_id = $1 AND transaction_id = $2', [stationId, transactionId]);
  }

  lockNewestQuote(
    stationId: string,
    identityKey: string,
    nowMs: InstantMs,
  ): Promise<Session | null> {
    return this.#oneSession(
      `station_id = $1 AND identity_key = $2 AND state = 'quoted' AND expires_at > $3
       ORDER BY swiped_at DESC LIMIT 1`,
      [stationId, identityKey, iso(nowMs)],
    );
  }

  async #oneSession(where: string, parameters: readonly unknown[]): Promise<Session | null> {
    const [row] = await this.#tx.query<SessionRow>(
      `SELECT * FROM sessions WHERE ${where} FOR UPDATE`,
      parameters,
    );
    return row === undefined ? null : sessionFromRow(row);
  }

  async insertSession(session: Session): Promise<void> {
    await this.#tx.query(
      `INSERT INTO sessions (session_id, station_id, connector_id, state, home_utility, identity_key,
         pseudonym, mandate_id, transaction_id, swiped_at, expires_at, started_at, ended_at, facts,
         terms, progress)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        session.sessionId,
        session.stationId,
        session.connectorId,
        session.state,
        session.homeUtility,
        session.identityKey,
        session.terms?.mandate.document.pseudonym ?? null,
        session.terms?.mandate.document.mandateId ?? null,
        session.transactionId,
        iso(session.swipedMs),
        session.expiresMs === null ? null : iso(session.expiresMs),
        session.progress.startAt,
        session.progress.endAt,
        json(factsOf(session)),
        session.terms === null ? null : json(session.terms),
        json(session.progress),
      ],
    );
    await this.projectSession(session);
  }

  async saveSession(session: Session): Promise<void> {
    try {
      await this.#tx.query(
        `UPDATE sessions SET connector_id = $2, state = $3, transaction_id = $4, expires_at = $5,
           started_at = $6, ended_at = $7, facts = $8, progress = $9 WHERE session_id = $1`,
        [
          session.sessionId,
          session.connectorId,
          session.state,
          session.transactionId,
          session.expiresMs === null ? null : iso(session.expiresMs),
          session.progress.startAt,
          session.progress.endAt,
          json(factsOf(session)),
          json(session.progress),
        ],
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RoamgridError('connector_occupied', 'another session holds the connector');
    }
    await this.projectSession(session);
  }

  async connectorHolder(stationId: string, connectorId: number): Promise<string | null> {
    const [row] = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM sessions WHERE station_id = $1 AND connector_id = $2
         AND state IN ('consented', 'charging', 'idle')`,
      [stationId, connectorId],
    );
    return row?.session_id ?? null;
  }

  async openSessionsOf(pseudonym: string): Promise<number> {
    const [row] = await this.#tx.query<{ open: bigint }>(
      `SELECT count(*) AS open FROM sessions WHERE pseudonym = $1
         AND state IN ('consented', 'charging', 'idle')`,
      [pseudonym],
    );
    return Number(row?.open ?? 0n);
  }

  async overlapping(
    stationId: string,
    connectorId: number,
    exceptSessionId: string,
    fromMs: InstantMs,
    toMs: InstantMs,
  ): Promise<string[]> {
    const rows = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM sessions
       WHERE station_id = $1 AND connector_id = $2 AND session_id <> $3 AND state = 'ended'
         AND started_at < $5 AND ended_at > $4`,
      [stationId, connectorId, exceptSessionId, iso(fromMs), iso(toMs)],
    );
    return rows.map((row) => row.session_id);
  }

  async findSwipe(
    stationId: string,
    key: string,
  ): Promise<{ requestHash: string; sessionId: string } | null> {
    const [row] = await this.#tx.query<{ request_hash: string; session_id: string }>(
      'SELECT request_hash, session_id FROM swipe_keys WHERE station_id = $1 AND idempotency_key = $2',
      [stationId, key],
    );
    return row === undefined ? null : { requestHash: row.request_hash, sessionId: row.session_id };
  }

  async keepSwipe(
    stationId: string,
    key: string,
    requestHash: string,
    sessionId: string,
  ): Promise<void> {
    await this.#tx.query(
      `INSERT INTO swipe_keys (station_id, idempotency_key, request_hash, session_id)
       VALUES ($1, $2, $3, $4)`,
      [stationId, key, requestHash, sessionId],
    );
  }

  async lockInbox(stationId: string, naturalKey: string): Promise<InboxEntry | null> {
    // two deliveries of one event at once: the second waits here and then finds the first's answer
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `${stationId} ${naturalKey}`,
    ]);
    const [row] = await this.#tx.query<{
      payload_hash: string;
      event: TransactionEvent;
      transaction_id: string;
      session_id: string | null;
      reply: InboxEntry['reply'];
    }>('SELECT * FROM inbox WHERE station_id = $1 AND natural_key = $2', [stationId, naturalKey]);
    if (row === undefined) return null;
    return {
      payloadHash: row.payload_hash,
      event: row.event,
      transactionId: row.transaction_id,
      sessionId: row.session_id,
      reply: row.reply,
    };
  }

  async keepInbox(naturalKey: string, entry: InboxEntry, receivedAt: string): Promise<void> {
    await this.#tx.query(
      `INSERT INTO inbox (station_id, natural_key, payload_hash, received_at, event, transaction_id,
         session_id, reply) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        entry.event.stationId,
        naturalKey,
        entry.payloadHash,
        receivedAt,
        json(entry.event),
        entry.transactionId,
        entry.sessionId,
        json(entry.reply),
      ],
    );
  }

  async unjoinedEvents(stationId: string, transactionId: string): Promise<TransactionEvent[]> {
    const rows = await this.#tx.query<{ event: TransactionEvent }>(
      `SELECT event FROM inbox WHERE station_id = $1 AND transaction_id = $2 AND session_id IS NULL
       ORDER BY received_at, natural_key`,
      [stationId, transactionId],
    );
    return rows.map((row) => row.event);
  }

  async joinEvents(stationId: string, transactionId: string, sessionId: string): Promise<void> {
    await this.#tx.query(
      'UPDATE inbox SET session_id = $3 WHERE station_id = $1 AND transaction_id = $2',
      [stationId, transactionId, sessionId],
    );
  }

  async nextTransactionNumber(): Promise<number> {
    const [row] = await this.#tx.query<{ number: bigint }>(
      `SELECT nextval('transaction_numbers') AS number`,
    );
    if (row === undefined) throw new RoamgridError('internal', 'the sequence gave no number');
    return Number(row.number);
  }

  async lockMandateBalance(mandate: SignedMandate): Promise<MandateBalance> {
    const { mandateId, energyCapKwh, moneyCap } = mandate.document;
    await this.#tx.query(
      'INSERT INTO mandate_use (mandate_id) VALUES ($1) ON CONFLICT DO NOTHING',
      [mandateId],
    );
    const [used] = await this.#tx.query<{
      consumed_energy_milli_wh: bigint;
      consumed_minor: bigint;
    }>('SELECT * FROM mandate_use WHERE mandate_id = $1 FOR UPDATE', [mandateId]);
    const [held] = await this.#tx.query<{ energy: bigint; minor: bigint; open: bigint }>(
      `SELECT COALESCE(sum(energy_milli_wh), 0)::bigint AS energy,
         COALESCE(sum(minor), 0)::bigint AS minor, count(*) AS open
       FROM reservations WHERE mandate_id = $1`,
      [mandateId],
    );
    return {
      energyMilliWh:
        parseEnergyKwh(energyCapKwh) -
        (used?.consumed_energy_milli_wh ?? 0n) -
        (held?.energy ?? 0n),
      minor:
        parseMoney(moneyCap.amount, moneyCap.currency).minor -
        (used?.consumed_minor ?? 0n) -
        (held?.minor ?? 0n),
      openReservations: Number(held?.open ?? 0n),
    };
  }

  async reserve(
    sessionId: string,
    mandateId: string,
    energyMilliWh: EnergyMilliWh,
    minor: bigint,
  ): Promise<void> {
    await this.#tx.query(
      'INSERT INTO reservations (session_id, mandate_id, energy_milli_wh, minor) VALUES ($1, $2, $3, $4)',
      [sessionId, mandateId, energyMilliWh, minor],
    );
  }

  async settleReservation(
    sessionId: string,
    usedEnergyMilliWh: EnergyMilliWh,
    usedMinor: bigint,
  ): Promise<void> {
    const [row] = await this.#tx.query<{ mandate_id: string }>(
      'DELETE FROM reservations WHERE session_id = $1 RETURNING mandate_id',
      [sessionId],
    );
    if (row === undefined) return;
    await this.#tx.query(
      `UPDATE mandate_use SET consumed_energy_milli_wh = consumed_energy_milli_wh + $2,
         consumed_minor = consumed_minor + $3 WHERE mandate_id = $1`,
      [row.mandate_id, usedEnergyMilliWh, usedMinor],
    );
  }

  async reservationOf(
    sessionId: string,
  ): Promise<{ energyMilliWh: EnergyMilliWh; minor: bigint } | null> {
    const [row] = await this.#tx.query<{ energy_milli_wh: bigint; minor: bigint }>(
      'SELECT energy_milli_wh, minor FROM reservations WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : { energyMilliWh: row.energy_milli_wh, minor: row.minor };
  }

  async openSuspense(item: SuspenseItem): Promise<void> {
    await this.#tx.query(
      `INSERT INTO suspense (suspense_id, at, station_id, session_id, transaction_id, code, detail,
         evidence, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`,
      [
        item.suspenseId,
        iso(item.atMs),
        item.stationId,
        item.sessionId,
        item.transactionId,
        item.code,
        item.detail,
        json(item.evidence),
      ],
    );
    this.#metrics.suspenseOpened.inc({ utility: this.#utility, code: item.code });
    await this.#projectSuspense({ ...item, at: formatInstant(item.atMs), state: 'open' });
  }

  async joinSuspense(stationId: string, transactionId: string): Promise<void> {
    const rows = await this.#tx.query<{
      suspense_id: string;
      at: Date;
      session_id: string | null;
      code: string;
      detail: string;
    }>(
      `UPDATE suspense SET state = 'joined' WHERE station_id = $1 AND transaction_id = $2
         AND code = 'start_missing' AND state = 'open'
       RETURNING suspense_id, at, session_id, code, detail`,
      [stationId, transactionId],
    );
    for (const row of rows) {
      await this.#projectSuspense({
        suspenseId: row.suspense_id,
        at: formatInstant(row.at.getTime()),
        stationId,
        sessionId: row.session_id,
        transactionId,
        code: row.code,
        detail: row.detail,
        state: 'joined',
      });
    }
  }

  async #projectSuspense(item: {
    suspenseId: string;
    at: string;
    stationId: string;
    sessionId: string | null;
    transactionId: string | null;
    code: string;
    detail: string;
    state: string;
  }): Promise<void> {
    const { suspenseId, at, stationId, sessionId, transactionId, code, detail, state } = item;
    await this.send({
      to: this.#utility,
      subject: subjectOf(project),
      key: `suspense:${suspenseId}`,
      payload: {
        kind: 'suspense',
        id: suspenseId,
        facet: 'aaa',
        sortAt: at,
        data: { suspenseId, at, stationId, sessionId, transactionId, code, detail, state },
      },
    });
  }

  async expiredSessionIds(nowMs: InstantMs, limit: number): Promise<string[]> {
    const rows = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM sessions WHERE expires_at <= $1 AND state IN ('quoted', 'consented')
       ORDER BY expires_at LIMIT $2`,
      [iso(nowMs), limit],
    );
    return rows.map((row) => row.session_id);
  }

  async noteVisitStart(visit: {
    sessionId: string;
    visitedUtility: string;
    pseudonym: string;
    mandateId: string;
    startAt: string;
  }): Promise<void> {
    await this.#tx.query(
      `INSERT INTO open_visits (session_id, visited_utility, pseudonym, mandate_id, started_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id) DO NOTHING`,
      [visit.sessionId, visit.visitedUtility, visit.pseudonym, visit.mandateId, visit.startAt],
    );
  }

  async noteVisitEnd(sessionId: string, endAt: string): Promise<void> {
    await this.#tx.query('UPDATE open_visits SET ended_at = $2 WHERE session_id = $1', [
      sessionId,
      endAt,
    ]);
  }

  async projectSession(session: Session): Promise<void> {
    await this.send({
      to: this.#utility,
      subject: subjectOf(project),
      key: `session:${session.sessionId}`,
      payload: {
        kind: 'session',
        id: session.sessionId,
        facet: 'aaa',
        sortAt: formatInstant(session.swipedMs),
        data: sessionView(session, this.#utility),
      },
    });
  }

  async trace(sessionId: string, entries: readonly TraceEntry[]): Promise<void> {
    for (const { atMs, ...entry } of entries) {
      await this.send({
        to: this.#utility,
        subject: subjectOf(traceStep),
        payload: { sessionId, at: formatInstant(atMs), ...entry },
      });
    }
  }

  send(message: OutboxMessage): Promise<void> {
    return this.#tx.enqueue(message);
  }
}
