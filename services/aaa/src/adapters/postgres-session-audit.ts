import type { AuditReport, EndedCharge } from '@roamgrid/contracts';
import { formatEnergyKwh } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import { energyOf } from '../session/metering.js';
import type { SessionReading } from '../session/session.js';

/** One invariant: how many things it was checked on, and which of them break it. */
interface Check {
  readonly invariant: string;
  readonly detail: string;
  /** gives `checked`, a count */
  readonly count: string;
  /** gives a `subject` a breach */
  readonly breaches: string;
}

interface EndedRow {
  readonly session_id: string;
  readonly readings: readonly SessionReading[];
  readonly agreed_tariff_hash: string;
  readonly quote_hash: string;
}

/** More breaches of one kind than anyone reads; the first ones name the fault. */
const BREACHES_CAP = 200;

const CHECKS: readonly Check[] = [
  {
    invariant: 'eventsAccountedFor',
    detail: 'an event that ended a charge belongs to no session and to no suspense item',
    count: 'SELECT count(*) AS checked FROM inbox',
    breaches: `SELECT station_id || ' ' || transaction_id AS subject FROM inbox AS event
       WHERE session_id IS NULL AND event.event ->> 'step' = 'ended' AND NOT EXISTS (
         SELECT 1 FROM suspense WHERE suspense.station_id = event.station_id
            AND suspense.transaction_id = event.transaction_id)`,
  },
  {
    invariant: 'suspenseNeverLost',
    detail: 'the session is in suspense and no item says why',
    count: `SELECT count(*) AS checked FROM sessions WHERE state = 'suspense'`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state = 'suspense' AND NOT EXISTS (
         SELECT 1 FROM suspense WHERE suspense.session_id = sessions.session_id)`,
  },
  {
    invariant: 'reservationsReleased',
    detail: 'credit is reserved for a session that is over',
    count: 'SELECT count(*) AS checked FROM reservations',
    breaches: `SELECT session_id::text AS subject FROM reservations JOIN sessions USING (session_id)
       WHERE state IN ('refused', 'declined', 'expired', 'ended', 'written_off')`,
  },
  {
    invariant: 'refusalsHaveReason',
    detail: 'the session was refused and no reason is kept',
    count: `SELECT count(*) AS checked FROM sessions WHERE state = 'refused'`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state = 'refused' AND facts ->> 'refusal' IS NULL`,
  },
  {
    invariant: 'quotesExpire',
    detail: 'a quote or consent ran out more than ten minutes ago and still holds',
    count: `SELECT count(*) AS checked FROM sessions WHERE expires_at IS NOT NULL`,
    breaches: `SELECT session_id::text AS subject FROM sessions
       WHERE state IN ('quoted', 'consented') AND expires_at < now() - interval '10 minutes'`,
  },
  {
    invariant: 'registersNeverFall',
    detail: 'the meter reads less at the start than at the end of the charge before',
    count: `SELECT count(*) AS checked FROM sessions
       WHERE state = 'ended' AND progress ->> 'meterSerial' IS NOT NULL`,
    breaches: `SELECT session_id::text AS subject FROM (
         SELECT session_id, (progress -> 'readings' -> 0 ->> 'meterWh')::numeric AS start_wh,
                lag((progress -> 'readings' -> -1 ->> 'meterWh')::numeric)
                  OVER (PARTITION BY progress ->> 'meterSerial' ORDER BY started_at, ended_at) AS before_wh
           FROM sessions WHERE state = 'ended' AND progress ->> 'meterSerial' IS NOT NULL) AS metered
       WHERE start_wh < before_wh`,
  },
  {
    invariant: 'outboxEmpties',
    detail: 'a message of AAA has waited for ten minutes',
    count: 'SELECT count(*) AS checked FROM outbox',
    breaches: `SELECT to_utility || ' ' || subject || ' ' || id AS subject FROM outbox
       WHERE delivered_at IS NULL AND created_at < now() - interval '10 minutes'`,
  },
];

/** What an audit reads of sessions; it changes nothing. */
export class PostgresSessionAudit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async check(): Promise<AuditReport> {
    const checked: Record<string, number> = {};
    const breaches: AuditReport['breaches'] = [];
    for (const { invariant, detail, count, breaches: found } of CHECKS) {
      const [row] = await this.#database.query<{ checked: bigint }>(count);
      checked[invariant] = Number(row?.checked ?? 0n);
      const broken = await this.#database.query<{ subject: string }>(
        `${found} LIMIT ${String(BREACHES_CAP)}`,
      );
      breaches.push(...broken.map(({ subject }) => ({ invariant, subject, detail })));
    }
    return { checked, breaches };
  }

  /** Charges that were handed to settlement, a page in order of id. */
  async endedCharges(after: string | null, limit: number): Promise<EndedCharge[]> {
    const rows = await this.#database.query<EndedRow>(
      `SELECT session_id, progress -> 'readings' AS readings,
              terms -> 'agreedTariff' ->> 'documentHash' AS agreed_tariff_hash,
              terms -> 'quote' ->> 'documentHash' AS quote_hash
         FROM sessions
        WHERE state = 'ended' AND ($1::uuid IS NULL OR session_id > $1::uuid)
        ORDER BY session_id LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      energyKwh: formatEnergyKwh(energyOf(row.readings)),
      agreedTariffHash: row.agreed_tariff_hash,
      quoteHash: row.quote_hash,
    }));
  }
}
