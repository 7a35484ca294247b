import type { OneSessionMandates, SignedMandate } from '@roamgrid/contracts';
import { prepared, type Database } from '@roamgrid/persistence';
import type { Metrics } from '@roamgrid/platform';
import type {
  AaaStore,
  MandateWithTariff,
  Reservation,
  Standing,
  SwipeBasis,
  SwipeDriver,
  UnitOfWork,
} from '../ports.js';
import type { Session, SessionTerms } from '../session/session.js';
import {
  balanceOf,
  MANDATE_USE,
  OFFLINE_WINDOW_USE,
  offlineWindow,
  usedOf,
  type MandateUseRow,
} from './postgres-mandates.js';
import { PostgresUnit } from './postgres-unit.js';
import { sessionFromRow, type SessionRow } from './session-rows.js';

const BASIS = `
  SELECT (SELECT session_id FROM sessions WHERE station_id = $1 AND connector_id = $2::integer
            AND holds_connector AND state IN ('consented', 'charging', 'idle')) AS holder,
     (SELECT reservation_id::text FROM connector_reservations WHERE station_id = $1
       AND connector_id = $2::integer AND identity_key IS DISTINCT FROM $4::text
       AND expires_at > $5::timestamptz AND ended_as IS NULL LIMIT 1) AS reserved_for,
     k.request_hash, k.session_id
   FROM (SELECT 1) AS asked
   LEFT JOIN swipe_keys k ON k.station_id = $1 AND k.idempotency_key = $3::text`;

const SWIPE_BASIS = prepared(BASIS);

/** @param place the number of the mandate's parameter; the pseudonym's is the next one */
const standingOf = (place: number): string => `
  SELECT used.*, (SELECT count(*) FROM sessions WHERE pseudonym = $${String(place + 1)}
     AND holds_connector AND state IN ('consented', 'charging', 'idle')) AS open
   FROM (${MANDATE_USE.replaceAll('$1', `$${String(place)}`)}) AS used`;

const STANDING = prepared(standingOf(1));

/** Both in one look: a driver who is known waits for one answer of this database, not for two. */
const SWIPE_BASIS_AND_STANDING = prepared(
  `SELECT basis.*, standing.* FROM (${BASIS}) AS basis CROSS JOIN (${standingOf(6)}) AS standing`,
);

interface BasisRow {
  holder: string | null;
  reserved_for: string | null;
  request_hash: string | null;
  session_id: string | null;
}

interface StandingRow extends MandateUseRow {
  open: bigint;
}

/** A mandate lasts a day or so and a driver's last few visits name it. */
const MOST_GRANTED = 20;

export class PostgresStore implements AaaStore {
  readonly #database: Database;
  readonly #utility: string;
  readonly #metrics: Metrics;

  constructor(database: Database, utility: string, metrics: Metrics) {
    this.#database = database;
    this.#utility = utility;
    this.#metrics = metrics;
  }

  async transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    let opened: string[] = [];
    const result = await this.#database.transaction(async (tx) => {
      // a transaction that is run again counts what it opens once
      opened = [];
      const unit = new PostgresUnit(tx, this.#utility, (code) => opened.push(code));
      const done = await work(unit);
      await unit.flush();
      return done;
    });
    for (const code of opened) {
      this.#metrics.suspenseOpened.inc({ utility: this.#utility, code });
    }
    return result;
  }

  async readSession(sessionId: string): Promise<Session | null> {
    const [row] = await this.#database.query<SessionRow>(
      'SELECT * FROM sessions WHERE session_id = $1',
      [sessionId],
    );
    return row === undefined ? null : sessionFromRow(row);
  }

  async swipeBasis(
    stationId: string,
    connectorId: number | null,
    idempotencyKey: string | null,
    { identityKey, nowMs, remembered }: SwipeDriver,
  ): Promise<SwipeBasis> {
    const asked = [stationId, connectorId, idempotencyKey, identityKey, new Date(nowMs)];
    if (remembered === null) {
      const [row] = await this.#database.query<BasisRow>(SWIPE_BASIS, asked);
      return { ...basisOf(row), standing: null };
    }
    const { mandateId, pseudonym } = remembered.document;
    const [row] = await this.#database.query<BasisRow & StandingRow>(SWIPE_BASIS_AND_STANDING, [
      ...asked,
      mandateId,
      pseudonym,
    ]);
    return { ...basisOf(row), standing: standingFrom(remembered, row) };
  }

  async standing(mandate: SignedMandate): Promise<Standing> {
    const { mandateId, pseudonym } = mandate.document;
    const [row] = await this.#database.query<StandingRow>(STANDING, [mandateId, pseudonym]);
    return standingFrom(mandate, row);
  }

  async grantedBefore(identityKey: string, beforeMs: number): Promise<MandateWithTariff[]> {
    const rows = await this.#database.query<{ terms: SessionTerms }>(
      `SELECT terms FROM sessions
        WHERE identity_key = $1 AND swiped_at <= $2 AND mandate_id IS NOT NULL
        ORDER BY swiped_at DESC LIMIT $3`,
      [identityKey, new Date(beforeMs), MOST_GRANTED],
    );
    return rows.map(({ terms }) => terms);
  }

  async offlineUse(mandate: SignedMandate): Promise<Reservation> {
    const window = offlineWindow(mandate);
    if (window === null) return { energyMilliWh: 0n, minor: 0n };
    const [row] = await this.#database.query<MandateUseRow>(OFFLINE_WINDOW_USE, [...window]);
    return usedOf(row);
  }

  async oneSessionMandates(pseudonym: string, sinceMs: number): Promise<OneSessionMandates> {
    const rows = await this.#database.query<{ mandate_id: string; is_taken: boolean }>(
      `SELECT mandate_id, is_taken FROM (
         SELECT mandate_id, closed_at, consumed_energy_milli_wh > 0 OR consumed_minor > 0
             OR EXISTS (SELECT 1 FROM reservations WHERE mandate_id = used.mandate_id)
             OR EXISTS (SELECT 1 FROM one_session_mandates JOIN sessions USING (session_id)
                  WHERE one_session_mandates.mandate_id = used.mandate_id
                    AND started_at IS NOT NULL) AS is_taken
           FROM mandate_use AS used WHERE mandate_id IN
             (SELECT mandate_id FROM one_session_mandates WHERE pseudonym = $1 AND quoted_at > $2)
       ) AS known WHERE is_taken OR closed_at IS NOT NULL
       ORDER BY mandate_id LIMIT 100`,
      [pseudonym, new Date(sinceMs)],
    );
    const ids = (isTaken: boolean): string[] =>
      rows.filter((row) => row.is_taken === isTaken).map((row) => row.mandate_id);
    return { taken: ids(true), returned: ids(false) };
  }
}

function basisOf(row: BasisRow | undefined): Omit<SwipeBasis, 'standing'> {
  const [requestHash, sessionId] = [row?.request_hash ?? null, row?.session_id ?? null];
  return {
    connectorHolder: row?.holder ?? row?.reserved_for ?? null,
    earlier: requestHash === null || sessionId === null ? null : { requestHash, sessionId },
  };
}

function standingFrom(mandate: SignedMandate, row: StandingRow | undefined): Standing {
  return { balance: balanceOf(mandate, row), openSessions: Number(row?.open ?? 0n) };
}
