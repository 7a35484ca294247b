import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { isUniqueViolation, json, prepared, type Transaction } from '@roamgrid/persistence';
import type { LastRegister, SessionBook, UnheardCharge } from '../ports.js';
import { nextState } from '../session/session-states.js';
import type { Session } from '../session/session.js';
import type { Outgoing } from './outgoing.js';
import { factsOf, sessionFromRow, type SessionRow } from './session-rows.js';

const at = (ms: InstantMs | null): Date | null => (ms === null ? null : new Date(ms));

const INSERT_SESSION = prepared(
  `INSERT INTO sessions (session_id, station_id, connector_id, state, home_utility, identity_key,
     pseudonym, mandate_id, transaction_id, swiped_at, expires_at, started_at, ended_at, facts,
     terms, progress)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
);

/** Sessions inside one transaction; every change is published to the portal with the commit. */
export class PostgresSessions implements SessionBook {
  readonly #tx: Transaction;
  readonly #outgoing: Outgoing;

  constructor(tx: Transaction, outgoing: Outgoing) {
    this.#tx = tx;
    this.#outgoing = outgoing;
  }

  lock(sessionId: string): Promise<Session | null> {
    return this.#one('session_id = $1', [sessionId]);
  }

  lockByTransaction(stationId: string, transactionId: string): Promise<Session | null> {
    return this.#one('station_id = $1 AND transaction_id = $2', [stationId, transactionId]);
  }

  lockNewestQuote(
    stationId: string,
    identityKey: string,
    nowMs: InstantMs,
  ): Promise<Session | null> {
    return this.#one(
      `station_id = $1 AND identity_key = $2 AND state = 'quoted' AND expires_at > $3
       ORDER BY swiped_at DESC LIMIT 1`,
      [stationId, identityKey, new Date(nowMs)],
    );
  }

  lockMetering(
    { stationId, connectorId }: { readonly stationId: string; readonly connectorId: number },
    transactionId: string,
    onlySilent: boolean,
  ): Promise<Session | null> {
    // whatever began there since has moved the register: what a silent charge took is not told by it any more
    const isLastSilent = `silent_since IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM sessions AS later WHERE later.station_id = sessions.station_id
         AND later.connector_id = sessions.connector_id AND later.started_at > sessions.started_at)`;
    const which = onlySilent ? isLastSilent : `(holds_connector OR ${isLastSilent})`;
    return this.#one(
      `station_id = $1 AND connector_id = $2 AND transaction_id IS DISTINCT FROM $3
       AND state IN ('charging', 'idle') AND ${which}
       ORDER BY holds_connector DESC LIMIT 1`,
      [stationId, connectorId, transactionId],
    );
  }

  async longUnheard(nowMs: InstantMs, limit: number): Promise<UnheardCharge[]> {
    const rows = await this.#tx.query<{
      session_id: string;
      home_utility: string;
      heard_at: Date;
    }>(
      `SELECT session_id, home_utility, heard_at FROM (
         SELECT * FROM sessions WHERE state IN ('charging', 'idle')
         UNION ALL SELECT sessions.* FROM sessions JOIN reservations USING (session_id)
          WHERE state = 'suspense') AS begun CROSS JOIN LATERAL (
         SELECT max(received_at) AS heard_at FROM inbox
          WHERE inbox.station_id = begun.station_id
            AND inbox.transaction_id = begun.transaction_id) AS told
        WHERE silent_since IS NULL AND heard_at IS NOT NULL
          AND (terms #>> '{mandate,document,notAfter}')::timestamptz <= $1
        ORDER BY heard_at LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      homeUtility: row.home_utility,
      heardMs: row.heard_at.getTime(),
    }));
  }

  async fallSilent(sessionId: string, nowMs: InstantMs): Promise<void> {
    await this.#tx.query(
      'UPDATE sessions SET holds_connector = false, silent_since = $2 WHERE session_id = $1',
      [sessionId, new Date(nowMs)],
    );
  }

  async #one(where: string, parameters: readonly unknown[]): Promise<Session | null> {
    const [row] = await this.#tx.query<SessionRow>(
      `SELECT * FROM sessions WHERE ${where} FOR UPDATE OF sessions`,
      parameters,
    );
    return row === undefined ? null : sessionFromRow(row);
  }

  insert(session: Session): Promise<void> {
    const { terms, progress } = session;
    this.#tx.append(INSERT_SESSION, [
      session.sessionId,
      session.stationId,
      session.connectorId,
      session.state,
      session.homeUtility,
      session.identityKey,
      terms?.mandate.document.pseudonym ?? null,
      terms?.mandate.document.mandateId ?? null,
      session.transactionId,
      at(session.swipedMs),
      at(session.expiresMs),
      progress.startAt,
      progress.endAt,
      json(factsOf(session)),
      terms === null ? null : json(terms),
      json(progress),
    ]);
    this.#outgoing.projectSession(session);
    return Promise.resolve();
  }

  async save(session: Session): Promise<void> {
    try {
      await this.#tx.query(
        `UPDATE sessions SET connector_id = $2, state = $3, transaction_id = $4, expires_at = $5,
           started_at = $6, ended_at = $7, facts = $8, progress = $9 WHERE session_id = $1`,
        [
          session.sessionId,
          session.connectorId,
          session.state,
          session.transactionId,
          at(session.expiresMs),
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
    this.#outgoing.projectSession(session);
  }

  async freeConnector(stationId: string, connectorId: number, forSessionId: string): Promise<void> {
    await this.#tx.query(
      `UPDATE sessions SET holds_connector = false
       WHERE station_id = $1 AND connector_id = $2 AND session_id <> $3 AND holds_connector
         AND state IN ('consented', 'charging', 'idle')`,
      [stationId, connectorId, forSessionId],
    );
  }

  async useReservation(stationId: string, identityKey: string): Promise<void> {
    await this.#tx.query(
      `UPDATE connector_reservations SET ended_as = 'used'
       WHERE station_id = $1 AND identity_key = $2 AND ended_as IS NULL`,
      [stationId, identityKey],
    );
  }

  async leaveConnector(sessionId: string): Promise<void> {
    await this.#tx.query('UPDATE sessions SET holds_connector = false WHERE session_id = $1', [
      sessionId,
    ]);
  }

  async lastRegister(session: Session, beforeMs: InstantMs): Promise<LastRegister | null> {
    const [row] = await this.#tx.query<{ meter_wh: string; meter_serial: string | null }>(
      `SELECT progress->'readings'->-1->>'meterWh' AS meter_wh,
         progress->>'meterSerial' AS meter_serial
       FROM sessions
       WHERE station_id = $1 AND connector_id = $2 AND session_id <> $3
         AND started_at IS NOT NULL AND ended_at <= $4
         AND state IN ('ended', 'suspense', 'written_off') AND progress->'readings'->-1 IS NOT NULL
       ORDER BY ended_at DESC, started_at DESC LIMIT 1`,
      [session.stationId, session.connectorId, session.sessionId, new Date(beforeMs)],
    );
    return row === undefined ? null : { meterWh: row.meter_wh, meterSerial: row.meter_serial };
  }

  async hasSigned(session: Session, records: readonly string[]): Promise<boolean> {
    const rows = await this.#tx.query(
      `SELECT 1 FROM sessions WHERE station_id = $1 AND session_id <> $2
         AND (progress->'signedStart'->>'value' = ANY($3::text[])
           OR progress->'signedStop'->>'value' = ANY($3::text[])) LIMIT 1`,
      [session.stationId, session.sessionId, records],
    );
    return rows.length > 0;
  }

  async lastSigned({ stationId, connectorId, sessionId }: Session): Promise<string | null> {
    const [row] = await this.#tx.query<{ signed: string }>(
      `SELECT coalesce(progress->'signedStop'->>'value', progress->'signedStart'->>'value') AS signed
         FROM sessions
        WHERE station_id = $1 AND connector_id = $2 AND session_id <> $3 AND state = 'ended'
          AND coalesce(progress->'signedStop'->>'value', progress->'signedStart'->>'value') IS NOT NULL
        ORDER BY ended_at DESC LIMIT 1`,
      [stationId, connectorId, sessionId],
    );
    return row?.signed ?? null;
  }

  async expireQuotes(
    mandateId: string,
    exceptSessionId: string | null,
    message: string,
  ): Promise<Session[]> {
    // quotes are few and short-lived: those that have not run out are found by the index on their end
    const rows = await this.#tx.query<SessionRow>(
      `SELECT * FROM sessions
        WHERE expires_at IS NOT NULL AND state = 'quoted' AND mandate_id = $1
          AND session_id IS DISTINCT FROM $2::uuid
          FOR UPDATE SKIP LOCKED`,
      [mandateId, exceptSessionId],
    );
    const expired = rows.map((row): Session => {
      const session = sessionFromRow(row);
      const state = nextState(session.state, 'expire') ?? session.state;
      return { ...session, state, expiresMs: null, message };
    });
    for (const session of expired) await this.save(session);
    return expired;
  }

  async overlapping(session: Session, fromMs: InstantMs, toMs: InstantMs): Promise<string[]> {
    const rows = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM sessions
       WHERE station_id = $1 AND connector_id = $2 AND session_id <> $3 AND state = 'ended'
         AND started_at < $5 AND ended_at > $4`,
      [session.stationId, session.connectorId, session.sessionId, new Date(fromMs), new Date(toMs)],
    );
    return rows.map((row) => row.session_id);
  }

  async expiredIds(nowMs: InstantMs, limit: number): Promise<string[]> {
    const rows = await this.#tx.query<{ session_id: string }>(
      `SELECT session_id FROM sessions WHERE expires_at <= $1 AND state IN ('quoted', 'consented')
       ORDER BY expires_at LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map((row) => row.session_id);
  }

  async keepSwipe(
    stationId: string,
    key: string,
    requestHash: string,
    sessionId: string,
  ): Promise<boolean> {
    // a swipe with the same key that runs at the same time is waited for here, and then known
    const kept = await this.#tx.query(
      `INSERT INTO swipe_keys (station_id, idempotency_key, request_hash, session_id)
       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING session_id`,
      [stationId, key, requestHash, sessionId],
    );
    return kept.length > 0;
  }
}
