import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type { Transaction } from '@roamgrid/persistence';
import type { CardBook, CardOperation, CardOrderRecord, CardOrderState } from '../cards/ports.js';

interface OrderRow {
  readonly order_key: string;
  readonly operation: CardOperation;
  readonly method: string;
  readonly currency: CurrencyCode;
  readonly amount_minor: bigint;
  readonly upon: string | null;
  readonly mandate_id: string;
  readonly consumer_id: string;
  readonly cdr_id: string | null;
  readonly state: CardOrderState;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

const toRecord = (row: OrderRow): CardOrderRecord => ({
  key: row.order_key,
  operation: row.operation,
  method: row.method,
  currency: row.currency,
  amountMinor: row.amount_minor,
  upon: row.upon,
  mandateId: row.mandate_id,
  consumerId: row.consumer_id,
  cdrId: row.cdr_id,
  state: row.state,
  reference: row.reference,
  detail: row.detail,
  attempts: row.attempts,
});

export class PostgresCards implements CardBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async add(order: Parameters<CardBook['add']>[0], atMs: InstantMs): Promise<boolean> {
    const rows = await this.#tx.query(
      `INSERT INTO card_order (order_key, operation, method, currency, amount_minor, upon,
         mandate_id, consumer_id, cdr_id, state, ordered_at, next_attempt_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'ordered', $10, $10)
       ON CONFLICT (order_key) DO NOTHING RETURNING order_id`,
      [
        order.key,
        order.operation,
        order.method,
        order.currency,
        order.amountMinor,
        order.upon,
        order.mandateId,
        order.consumerId,
        order.cdrId,
        new Date(atMs),
      ],
    );
    return rows.length > 0;
  }

  async find(key: string): Promise<CardOrderRecord | null> {
    const [row] = await this.#tx.query<OrderRow>(
      'SELECT * FROM card_order WHERE order_key = $1 FOR UPDATE',
      [key],
    );
    return row === undefined ? null : toRecord(row);
  }

  async lockMandate(mandateId: string): Promise<CardOrderRecord[]> {
    const rows = await this.#tx.query<OrderRow>(
      'SELECT * FROM card_order WHERE mandate_id = $1 ORDER BY order_id FOR UPDATE',
      [mandateId],
    );
    return rows.map(toRecord);
  }

  async ofCdr(cdrId: string): Promise<CardOrderRecord[]> {
    const rows = await this.#tx.query<OrderRow>(
      'SELECT * FROM card_order WHERE cdr_id = $1 ORDER BY order_id FOR UPDATE',
      [cdrId],
    );
    return rows.map(toRecord);
  }

  /** A capture whose authorization is unknown yet waits for it. */
  async due(nowMs: InstantMs, limit: number): Promise<CardOrderRecord[]> {
    const rows = await this.#tx.query<OrderRow>(
      `SELECT * FROM card_order AS waiting
        WHERE state IN ('ordered', 'unknown') AND next_attempt_at <= $1
          AND NOT EXISTS (
            SELECT 1 FROM card_order AS earlier
             WHERE earlier.mandate_id = waiting.mandate_id
               AND earlier.order_id < waiting.order_id
               AND earlier.state IN ('ordered', 'unknown'))
        ORDER BY order_id LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map(toRecord);
  }

  async forgotten(beforeMs: InstantMs, limit: number): Promise<CardOrderRecord[]> {
    const rows = await this.#tx.query<OrderRow>(
      `SELECT * FROM card_order AS held
        WHERE operation = 'authorize' AND state = 'done' AND ordered_at < $1
          AND NOT EXISTS (
            SELECT 1 FROM card_order AS later
             WHERE later.upon = held.order_key AND later.operation IN ('capture', 'void'))
        ORDER BY order_id LIMIT $2`,
      [new Date(beforeMs), limit],
    );
    return rows.map(toRecord);
  }

  async conclude(
    key: string,
    { state, reference, detail }: Pick<CardOrderRecord, 'state' | 'reference' | 'detail'>,
    nextAttemptAtMs: InstantMs,
  ): Promise<void> {
    await this.#tx.query(
      `UPDATE card_order SET state = $2, reference = $3, detail = $4, next_attempt_at = $5,
              attempts = attempts + 1
        WHERE order_key = $1`,
      [key, state, reference, detail, new Date(nextAttemptAtMs)],
    );
  }

  async addPaid(cdrId: string, amountMinor: bigint): Promise<void> {
    await this.#tx.query(
      `UPDATE retail_charge SET paid_minor = paid_minor + $2 WHERE cdr_id = $1`,
      [cdrId, amountMinor],
    );
  }

  async count(): Promise<Record<CardOrderState, number>> {
    const rows = await this.#tx.query<{ state: CardOrderState; count: number }>(
      'SELECT state, count(*)::integer AS count FROM card_order GROUP BY state',
    );
    const counts: Record<CardOrderState, number> = { ordered: 0, unknown: 0, done: 0, declined: 0 };
    for (const { state, count } of rows) counts[state] = count;
    return counts;
  }
}
