import type { AuditReport, EndedCharge } from '@roamgrid/contracts';
import { formatEnergyKwh, formatMoney, parseMoney } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import { energyOf } from '../session/metering.js';
import type { StoredEvent } from '../session/replay.js';
import type { SessionReading, TransactionEvent } from '../session/session.js';
import type { StoredCharge } from '../use-cases/replay-charges.js';
import { SESSION_CHECKS } from './session-checks.js';
import { sessionFromRow, type SessionRow } from './session-rows.js';

interface EndedRow {
  readonly session_id: string;
  readonly readings: readonly SessionReading[];
  readonly agreed_tariff_hash: string;
  readonly quote_hash: string;
}

interface UsedMandateRow {
  readonly mandate_id: string;
  readonly consumed_minor: bigint;
  readonly amount: string;
  readonly currency: string;
}

interface StoredEventRow {
  readonly session_id: string;
  readonly event: TransactionEvent;
  readonly received_at: Date;
  readonly quarantined: string | null;
}

/** More breaches of one kind than anyone reads; the first ones name the fault. */
const BREACHES_CAP = 200;
const MANDATES_PAGE = 500;

/** What an audit reads of sessions; it changes nothing. */
export class PostgresSessionAudit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async check(): Promise<AuditReport> {
    const checked: Record<string, number> = {};
    const breaches: AuditReport['breaches'] = [];
    for (const { invariant, detail, count, breaches: found } of SESSION_CHECKS) {
      const [row] = await this.#database.query<{ checked: bigint }>(count);
      checked[invariant] = Number(row?.checked ?? 0n);
      const broken = await this.#database.query<{ subject: string }>(
        `${found} LIMIT ${String(BREACHES_CAP)}`,
      );
      breaches.push(...broken.map(({ subject }) => ({ invariant, subject, detail })));
    }
    await this.#checkCaps(checked, breaches);
    return { checked, breaches };
  }

  /** What was billed under a mandate stays within the money that home signed for it. */
  async #checkCaps(
    checked: Record<string, number>,
    breaches: AuditReport['breaches'],
  ): Promise<void> {
    const invariant = 'mandatesWithinCaps';
    checked[invariant] = 0;
    let after = '';
    for (;;) {
      const used = await this.#usedMandates(after);
      checked[invariant] += used.length;
      for (const { mandate_id, consumed_minor, amount, currency } of used) {
        const cap = parseMoney(amount, currency);
        if (consumed_minor <= cap.minor) continue;
        const billed = formatMoney({ ...cap, minor: consumed_minor });
        const detail = `billed ${billed} ${currency} under a cap of ${amount}`;
        breaches.push({ invariant, subject: mandate_id, detail });
      }
      after = used.at(-1)?.mandate_id ?? '';
      if (used.length < MANDATES_PAGE) return;
    }
  }

  #usedMandates(after: string): Promise<UsedMandateRow[]> {
    return this.#database.query<UsedMandateRow>(
      `SELECT mandate_id, consumed_minor, cap ->> 'amount' AS amount, cap ->> 'currency' AS currency
         FROM mandate_use JOIN LATERAL (
           SELECT terms::jsonb #> '{mandate,document,moneyCap}' AS cap FROM sessions
            WHERE sessions.mandate_id = mandate_use.mandate_id AND terms IS NOT NULL
            ORDER BY session_id DESC LIMIT 1) AS signed ON true
        WHERE mandate_id > $1 ORDER BY mandate_id LIMIT $2`,
      [after, MANDATES_PAGE],
    );
  }

  /** Charges that were handed over with their raw events in the order of arrival, a page in order of id. */
  async storedCharges(after: string | null, limit: number): Promise<StoredCharge[]> {
    const rows = await this.#database.query<SessionRow>(
      `SELECT * FROM sessions
        WHERE state = 'ended' AND ($1::uuid IS NULL OR session_id > $1::uuid)
        ORDER BY session_id LIMIT $2`,
      [after, limit],
    );
    const events = await this.#database.query<StoredEventRow>(
      `SELECT session_id, event, received_at, reply ->> 'quarantined' AS quarantined FROM inbox
        WHERE session_id = ANY($1::uuid[]) AND NOT set_aside ORDER BY received_at, natural_key`,
      [rows.map(({ session_id }) => session_id)],
    );
    return rows.map((row) => ({
      session: sessionFromRow(row),
      events: events
        .filter(({ session_id }) => session_id === row.session_id)
        .map(({ event, received_at, quarantined }): StoredEvent => ({
          event,
          receivedMs: received_at.getTime(),
          quarantined,
        })),
    }));
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
