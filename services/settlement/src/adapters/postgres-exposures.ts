import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import { prepared, type Transaction } from '@roamgrid/persistence';
import { debtorOf } from '../accounts.js';
import type { Exposure, ExposureBook, ExposureState } from '../exposure/ports.js';
import type { JournalLine } from '../records.js';

interface ExposureRow {
  readonly partner: string;
  readonly currency: CurrencyCode;
  readonly exposure_minor: bigint;
  readonly warn_at_minor: bigint | null;
  readonly suspend_at_minor: bigint | null;
  readonly state: ExposureState;
  readonly since: Date | null;
}

const toExposure = (row: ExposureRow): Exposure => ({
  partner: row.partner,
  currency: row.currency,
  exposureMinor: row.exposure_minor,
  warnAtMinor: row.warn_at_minor,
  suspendAtMinor: row.suspend_at_minor,
  state: row.state,
  sinceMs: row.since?.getTime() ?? null,
});

const ADD = prepared(
  `INSERT INTO partner_exposure (partner, currency, exposure_minor) VALUES ($1, $2, $3)
   ON CONFLICT (partner, currency)
   DO UPDATE SET exposure_minor = partner_exposure.exposure_minor + EXCLUDED.exposure_minor`,
);

/** Adds what an entry changes of partners' debts; an entry of one invoice often changes nothing. */
export function addToExposures(tx: Transaction, lines: readonly JournalLine[]): void {
  const sums = new Map<string, { partner: string; currency: CurrencyCode; minor: bigint }>();
  for (const { account, currency, amountMinor } of lines) {
    const partner = debtorOf(account);
    if (partner === null) continue;
    const key = `${partner} ${currency}`;
    const minor = (sums.get(key)?.minor ?? 0n) + amountMinor;
    sums.set(key, { partner, currency, minor });
  }
  for (const { partner, currency, minor } of sums.values()) {
    if (minor !== 0n) tx.write(ADD, [partner, currency, minor]);
  }
}

export class PostgresExposures implements ExposureBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async all(): Promise<Exposure[]> {
    const rows = await this.#tx.query<ExposureRow>(
      'SELECT * FROM partner_exposure ORDER BY partner, currency',
    );
    return rows.map(toExposure);
  }

  async lock(partner: string): Promise<Exposure[]> {
    const rows = await this.#tx.query<ExposureRow>(
      'SELECT * FROM partner_exposure WHERE partner = $1 ORDER BY currency FOR UPDATE',
      [partner],
    );
    return rows.map(toExposure);
  }

  async setLimit(
    partner: string,
    currency: CurrencyCode,
    { warnAtMinor, suspendAtMinor }: Pick<Exposure, 'warnAtMinor' | 'suspendAtMinor'>,
  ): Promise<void> {
    await this.#tx.query(
      `INSERT INTO partner_exposure (partner, currency, warn_at_minor, suspend_at_minor)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (partner, currency)
       DO UPDATE SET warn_at_minor = EXCLUDED.warn_at_minor,
                     suspend_at_minor = EXCLUDED.suspend_at_minor`,
      [partner, currency, warnAtMinor, suspendAtMinor],
    );
  }

  async setState(
    partner: string,
    currency: CurrencyCode,
    state: ExposureState,
    sinceMs: InstantMs,
  ): Promise<void> {
    await this.#tx.query(
      'UPDATE partner_exposure SET state = $3, since = $4 WHERE partner = $1 AND currency = $2',
      [partner, currency, state, new Date(sinceMs)],
    );
  }

  async inconsistent(): Promise<{ checked: number; partners: string[] }> {
    const rows = await this.#tx.query<{ partner: string; fits: boolean }>(
      `SELECT partner, exposure_minor = coalesce((
                SELECT sum(amount_minor) FROM journal_line
                 WHERE journal_line.currency = exposure.currency
                   AND account IN ('receivable:delivered:' || partner,
                                   'receivable:invoiced:' || partner,
                                   'settlement:clearing:' || partner)), 0) AS fits
         FROM partner_exposure AS exposure`,
    );
    return {
      checked: rows.length,
      partners: rows.filter((row) => !row.fits).map((row) => row.partner),
    };
  }
}
