import { money, type CurrencyCode, type InstantMs } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { FeedBook, FeedEntry, FeedKind, FeedRecord, FeedState } from '../feed/ports.js';

interface FeedRow {
  readonly feed_key: string;
  readonly kind: FeedKind;
  readonly bill_id: string | null;
  readonly cdr_id: string | null;
  readonly collect_minor: bigint;
  readonly consumer_id: string;
  readonly currency: CurrencyCode;
  readonly due_minor: bigint;
  readonly signed: FeedEntry['signed'];
  readonly state: FeedState;
  readonly through: string | null;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

const toRecord = (row: FeedRow): FeedRecord => ({
  key: row.feed_key,
  kind: row.kind,
  billId: row.bill_id,
  cdrId: row.cdr_id,
  collectMinor: row.collect_minor,
  consumerId: row.consumer_id,
  due: money(row.currency, row.due_minor),
  signed: row.signed,
  state: row.state,
  through: row.through,
  reference: row.reference,
  detail: row.detail,
  attempts: row.attempts,
});

export class PostgresFeed implements FeedBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  add(entry: FeedEntry, atMs: InstantMs): Promise<void> {
    const { document, documentHash, signature } = entry.signed;
    this.#tx.write(
      `INSERT INTO billing_feed (feed_key, kind, bill_id, cdr_id, consumer_id, currency, due_minor,
         collect_minor, signed, state, next_attempt_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10) ON CONFLICT (feed_key) DO NOTHING`,
      [
        entry.key,
        entry.kind,
        entry.billId,
        entry.cdrId,
        entry.consumerId,
        entry.due.currency,
        entry.due.minor,
        entry.collectMinor,
        json({ document, documentHash, signature }),
        new Date(atMs),
      ],
    );
    return Promise.resolve();
  }

  async ofBill(billId: string): Promise<FeedRecord[]> {
    const rows = await this.#tx.query<FeedRow>(
      'SELECT * FROM billing_feed WHERE bill_id = $1 ORDER BY feed_id',
      [billId],
    );
    return rows.map(toRecord);
  }

  async ofCharge(cdrId: string): Promise<FeedRecord[]> {
    const rows = await this.#tx.query<FeedRow>(
      'SELECT * FROM billing_feed WHERE cdr_id = $1 ORDER BY feed_id',
      [cdrId],
    );
    return rows.map(toRecord);
  }

  async find(key: string): Promise<FeedRecord | null> {
    const [row] = await this.#tx.query<FeedRow>(
      'SELECT * FROM billing_feed WHERE feed_key = $1 FOR UPDATE',
      [key],
    );
    return row === undefined ? null : toRecord(row);
  }

  /** What concerns one charge or one bill keeps its order: a credit does not overtake the bill. */
  async due(nowMs: InstantMs, limit: number): Promise<FeedRecord[]> {
    const rows = await this.#tx.query<FeedRow>(
      `SELECT * FROM billing_feed AS entry
        WHERE state <> 'delivered' AND next_attempt_at <= $1
          AND NOT EXISTS (
            SELECT 1 FROM billing_feed AS earlier
             WHERE (earlier.bill_id = entry.bill_id OR earlier.cdr_id = entry.cdr_id)
               AND earlier.feed_id < entry.feed_id AND earlier.state <> 'delivered')
        ORDER BY feed_id LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map(toRecord);
  }

  async conclude(
    key: string,
    outcome: Pick<FeedRecord, 'state' | 'through' | 'reference' | 'detail'>,
    nextAttemptAtMs: InstantMs,
  ): Promise<void> {
    await this.#tx.query(
      `UPDATE billing_feed SET state = $2, through = $3, reference = $4, detail = $5,
              next_attempt_at = $6, attempts = attempts + 1
        WHERE feed_key = $1`,
      [
        key,
        outcome.state,
        outcome.through,
        outcome.reference,
        outcome.detail,
        new Date(nextAttemptAtMs),
      ],
    );
  }

  /** What was taken back is owed to the driver as far as a card paid it and has it not back yet. */
  async inconsistent(): Promise<{ checked: number; cdrIds: string[] }> {
    const [count] = await this.#tx.query<{ charges: number }>(
      'SELECT count(DISTINCT cdr_id)::integer AS charges FROM billing_feed WHERE cdr_id IS NOT NULL',
    );
    const rows = await this.#tx.query<{ cdr_id: string }>(
      `SELECT cdr_id FROM billing_feed JOIN retail_charge USING (cdr_id)
        GROUP BY cdr_id, voided_at, total_minor, paid_minor
       HAVING sum(collect_minor) <> CASE
                WHEN voided_at IS NULL THEN total_minor - paid_minor
                ELSE coalesce((
                  SELECT sum(CASE operation WHEN 'refund' THEN amount_minor ELSE -amount_minor END)
                    FROM card_order
                   WHERE card_order.cdr_id = billing_feed.cdr_id AND card_order.state = 'done'
                     AND operation IN ('capture', 'charge', 'refund')), 0)
              END`,
    );
    return { checked: count?.charges ?? 0, cdrIds: rows.map((row) => row.cdr_id) };
  }
}
