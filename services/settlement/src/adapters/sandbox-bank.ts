import { createHash } from 'node:crypto';
import { formatInstant, type InstantMs } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type { PaymentOrder, PaymentOrders, PaymentOutcome } from '../netting/ports.js';

const REFERENCE_DIGITS = 16;

interface OrderRow {
  readonly payee: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly reference: string;
  readonly executed_at: Date;
}

/**
 * A stand-in for a utility's bank: it moves no money. It acknowledges every order once, keeps it under its
 * key across restarts, and refuses another order under a key that it knows.
 */
export class SandboxBank implements PaymentOrders {
  readonly name = 'sandbox-bank';
  readonly settledBy = 'acknowledgement';
  readonly #database: Database;
  readonly #now: () => InstantMs;

  constructor(database: Database, now: () => InstantMs) {
    this.#database = database;
    this.#now = now;
  }

  async instruct(order: PaymentOrder): Promise<PaymentOutcome> {
    const digest = createHash('sha256').update(order.key).digest('hex');
    await this.#database.query(
      `INSERT INTO sandbox_bank_order
         (order_key, payee, currency, amount_minor, reference, executed_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [
        order.key,
        order.payee,
        order.currency,
        order.amountMinor,
        `SANDBOX-${digest.slice(0, REFERENCE_DIGITS).toUpperCase()}`,
        new Date(this.#now()),
      ],
    );
    const kept = await this.#row(order.key);
    if (kept === null) throw new RangeError('the sandbox bank lost an order');
    const isSame =
      kept.payee === order.payee &&
      kept.currency === order.currency &&
      kept.amount_minor === order.amountMinor;
    return isSame ? outcomeOf(kept) : { outcome: 'rejected', reason: 'another order has this key' };
  }

  async find(key: string): Promise<PaymentOutcome | null> {
    const kept = await this.#row(key);
    return kept === null ? null : outcomeOf(kept);
  }

  async #row(key: string): Promise<OrderRow | null> {
    const [row] = await this.#database.query<OrderRow>(
      'SELECT * FROM sandbox_bank_order WHERE order_key = $1',
      [key],
    );
    return row ?? null;
  }
}

const outcomeOf = ({ reference, executed_at: executedAt }: OrderRow): PaymentOutcome => ({
  outcome: 'acknowledged',
  reference,
  at: formatInstant(executedAt.getTime()),
});
