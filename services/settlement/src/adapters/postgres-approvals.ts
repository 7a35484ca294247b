import type { ApprovalLimit } from '@roamgrid/contracts';
import { formatMoney, money, type CurrencyCode, type InstantMs } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { ApprovalBook } from '../correction-ports.js';

interface LimitRow {
  readonly currency: CurrencyCode;
  readonly version: number;
  readonly one_person_up_to_minor: bigint;
  readonly proposed_by: string;
  readonly approved_by: string | null;
  /** the newest version that two people agreed to */
  readonly newest: number | null;
}

const SELECT = `
  SELECT limits.*, (SELECT max(version) FROM approval_limit AS approved
                     WHERE approved.currency = limits.currency
                       AND approved.approved_by IS NOT NULL) AS newest
    FROM approval_limit AS limits`;

function stateOf({ version, approved_by, newest }: LimitRow): ApprovalLimit['state'] {
  if (newest !== null && version < newest) return 'replaced';
  return approved_by === null ? 'proposed' : 'inForce';
}

const toLimit = (row: LimitRow): ApprovalLimit => ({
  currency: row.currency,
  version: row.version,
  onePersonUpTo: formatMoney(money(row.currency, row.one_person_up_to_minor)),
  state: stateOf(row),
  proposedBy: row.proposed_by,
  approvedBy: row.approved_by,
});

export class PostgresApprovals implements ApprovalBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async onePersonUpTo(currency: CurrencyCode): Promise<bigint | null> {
    const [row] = await this.#tx.query<{ one_person_up_to_minor: bigint }>(
      `SELECT one_person_up_to_minor FROM approval_limit
        WHERE currency = $1 AND approved_by IS NOT NULL ORDER BY version DESC LIMIT 1`,
      [currency],
    );
    return row?.one_person_up_to_minor ?? null;
  }

  async propose(
    { currency, upToMinor, by }: Parameters<ApprovalBook['propose']>[0],
    atMs: InstantMs,
  ): Promise<ApprovalLimit> {
    await this.#tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `approval limit ${currency}`,
    ]);
    const [row] = await this.#tx.query<LimitRow>(
      `INSERT INTO approval_limit (currency, version, one_person_up_to_minor, proposed_by, proposed_at)
       SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM approval_limit WHERE currency = $1
       RETURNING *, NULL::integer AS newest`,
      [currency, upToMinor, by, new Date(atMs)],
    );
    if (row === undefined) throw new RangeError('the limit was not kept');
    return toLimit(row);
  }

  async find(currency: CurrencyCode, version: number): Promise<ApprovalLimit | null> {
    const [row] = await this.#tx.query<LimitRow>(
      `${SELECT} WHERE currency = $1 AND version = $2 FOR UPDATE OF limits`,
      [currency, version],
    );
    return row === undefined ? null : toLimit(row);
  }

  async approve({ currency, version }: ApprovalLimit, by: string, atMs: InstantMs): Promise<void> {
    await this.#tx.query(
      `UPDATE approval_limit SET approved_by = $3, approved_at = $4
        WHERE currency = $1 AND version = $2 AND approved_by IS NULL`,
      [currency, version, by, new Date(atMs)],
    );
  }

  async all(): Promise<ApprovalLimit[]> {
    const rows = await this.#tx.query<LimitRow>(`${SELECT} ORDER BY currency, version DESC`);
    return rows.map(toLimit);
  }
}
