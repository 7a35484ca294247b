import { json, prepared, type Database, type Transaction } from '@roamgrid/persistence';
import type { EventReply, HeldCharge, MeterDecision, MeteredCharge } from '../ports.js';
import type { Session, TransactionEvent } from '../session/session.js';
import { Outgoing } from './outgoing.js';
import { factsOf, sessionFromRow, type SessionRow } from './session-rows.js';
import { APPEND_ALL, columnsOf } from './wire-rows.js';

export interface MeterItem {
  readonly event: TransactionEvent;
  readonly decide: MeterDecision;
}

/** The same lock that one event by itself waits for; here nobody waits, so that no two can wait for each other. */
const LOCK_EVENTS = prepared(
  `SELECT place, pg_try_advisory_xact_lock(hashtextextended(key, 0)) AS is_ours
     FROM unnest($1::text[]) WITH ORDINALITY AS event (key, place)`,
);

const LOCK_SESSIONS = prepared(
  `SELECT sessions.* FROM sessions
     JOIN (SELECT DISTINCT station_id, transaction_id
             FROM unnest($1::text[], $2::text[]) AS event (station_id, transaction_id)) AS wanted
       USING (station_id, transaction_id)
    WHERE state IN ('charging', 'idle')
      FOR UPDATE OF sessions SKIP LOCKED`,
);

/** After the locks, so that nothing of it is older than what they hold. */
const KNOWN = prepared(
  `SELECT place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY
       AS event (station_id, natural_key, place)
     JOIN inbox USING (station_id, natural_key)`,
);

const RESERVED = prepared(
  `SELECT session_id, energy_milli_wh, minor FROM reservations JOIN sessions USING (session_id)
    WHERE (station_id, transaction_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
);

const SAVE_SESSIONS = prepared(
  `UPDATE sessions SET state = metered.state, started_at = metered.started_at, facts = metered.facts,
     progress = metered.progress
   FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::json[], $5::json[])
     AS metered (session_id, state, started_at, facts, progress)
   WHERE sessions.session_id = metered.session_id`,
);

const KEEP_EVENTS = prepared(
  `INSERT INTO inbox (station_id, natural_key, payload_hash, received_at, event, transaction_id,
     session_id, reply, set_aside)
   SELECT *, false FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[],
     $6::text[], $7::uuid[], $8::jsonb[])`,
);

/** Charges of one group while it is decided: the second event of a session sees what the first made of it. */
type Charges = Map<string, HeldCharge>;

interface Kept {
  readonly event: TransactionEvent;
  readonly charge: MeteredCharge;
}

/** Meter events of running charges, many in one transaction: two round trips, whatever their number. */
export class PostgresMeterGroup {
  readonly #database: Database;
  readonly #utility: string;

  constructor(database: Database, utility: string) {
    this.#database = database;
    this.#utility = utility;
  }

  /** @returns the answers, in order; null for an event of which nothing was written */
  commit(items: readonly MeterItem[]): Promise<(EventReply | null)[]> {
    return this.#database.transaction(async (tx) => {
      const { charges, isFree } = await hold(
        tx,
        items.map(({ event }) => event),
      );
      const kept = items.map(({ event, decide }, place): Kept | null => {
        const charge = isFree(place) ? meter(charges, event, decide) : leave(charges, event);
        return charge === null ? null : { event, charge };
      });
      this.#write(
        tx,
        kept.filter((one) => one !== null),
      );
      return kept.map((one) => one?.charge.reply ?? null);
    });
  }

  #write(tx: Transaction, kept: readonly Kept[]): void {
    if (kept.length === 0) return;
    const outgoing = new Outgoing(this.#utility);
    const sessions = new Map<string, Session>();
    for (const { session, trace } of kept.map(({ charge }) => charge)) {
      sessions.set(session.sessionId, session);
      outgoing.projectSession(session);
      outgoing.trace(session.sessionId, trace);
    }
    const entries = kept.map(({ event: { stationId, wire } }) => ({
      ...{ stationId, wire },
      direction: 'in' as const,
      refusal: null,
    }));
    tx.write(APPEND_ALL, columnsOf(entries));
    tx.write(SAVE_SESSIONS, sessionColumns([...sessions.values()]));
    tx.write(KEEP_EVENTS, inboxColumns(kept));
    void tx.enqueueAll(outgoing.messages());
  }
}

const chargeKey = (stationId: string, transactionId: string | null): string =>
  JSON.stringify([stationId, transactionId]);

/** Locks what the events need and reads it, in one round trip. */
async function hold(
  tx: Transaction,
  events: readonly TransactionEvent[],
): Promise<{ charges: Charges; isFree: (place: number) => boolean }> {
  const stations = events.map(({ stationId }) => stationId);
  const transactions = events.map(({ transactionId }) => transactionId);
  const naturalKeys = events.map(({ naturalKey }) => naturalKey);
  const lockKeys = events.map(({ stationId, naturalKey }) => `${stationId} ${naturalKey}`);
  const [locks, rows, known, reserved] = await Promise.all([
    tx.query<{ place: bigint; is_ours: boolean }>(LOCK_EVENTS, [lockKeys]),
    tx.query<SessionRow>(LOCK_SESSIONS, [stations, transactions]),
    tx.query<{ place: bigint }>(KNOWN, [stations, naturalKeys]),
    tx.query<ReservedRow>(RESERVED, [stations, transactions]),
  ]);
  const busy = locks.filter((lock) => !lock.is_ours);
  const taken = new Set([...busy, ...known].map(({ place }) => Number(place) - 1));
  return {
    charges: chargesOf(rows, reserved),
    // the same event twice in one group: the second finds the first when it comes again by itself
    isFree: (place) => !taken.has(place) && lockKeys.indexOf(lockKeys[place] ?? '') === place,
  };
}

interface ReservedRow {
  readonly session_id: string;
  readonly energy_milli_wh: bigint;
  readonly minor: bigint;
}

function chargesOf(rows: readonly SessionRow[], reserved: readonly ReservedRow[]): Charges {
  const credit = new Map(
    reserved.map((row) => [
      row.session_id,
      { energyMilliWh: row.energy_milli_wh, minor: row.minor },
    ]),
  );
  return new Map(
    rows.map((row) => [
      chargeKey(row.station_id, row.transaction_id),
      { session: sessionFromRow(row), reservation: credit.get(row.session_id) ?? null },
    ]),
  );
}

function meter(
  charges: Charges,
  event: TransactionEvent,
  decide: MeterDecision,
): MeteredCharge | null {
  const key = chargeKey(event.stationId, event.transactionId);
  const held = charges.get(key);
  const isNamed = event.sessionId === null || event.sessionId === held?.session.sessionId;
  const metered = held === undefined || !isNamed ? null : decide(held);
  if (held === undefined || metered === null) return leave(charges, event);
  charges.set(key, { ...held, session: metered.session });
  return metered;
}

/** The event goes by itself, and what comes after it in its charge must not overtake it. */
function leave(charges: Charges, { stationId, transactionId }: TransactionEvent): null {
  charges.delete(chargeKey(stationId, transactionId));
  return null;
}

function sessionColumns(sessions: readonly Session[]): unknown[] {
  return [
    sessions.map(({ sessionId }) => sessionId),
    sessions.map(({ state }) => state),
    sessions.map(({ progress }) => progress.startAt),
    sessions.map((session) => json(factsOf(session)).toPostgres()),
    sessions.map(({ progress }) => json(progress).toPostgres()),
  ];
}

function inboxColumns(kept: readonly Kept[]): unknown[] {
  return [
    kept.map(({ event }) => event.stationId),
    kept.map(({ event }) => event.naturalKey),
    kept.map(({ event }) => event.payloadHash),
    kept.map(({ event }) => event.wire.receivedAt),
    kept.map(({ event }) => json(event).toPostgres()),
    kept.map(({ charge }) => charge.reply.transactionId),
    kept.map(({ charge }) => charge.session.sessionId),
    kept.map(({ charge }) => json(charge.reply).toPostgres()),
  ];
}
