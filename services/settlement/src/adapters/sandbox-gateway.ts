import { createHash } from 'node:crypto';
import type { InstantMs } from '@roamgrid/kernel';
import type { Database, Transaction } from '@roamgrid/persistence';
import type { CardOperation, CardOrder, CardOutcome, PaymentGateway } from '../cards/ports.js';
import { decideSandboxOrder, type Basis, type Executed } from '../cards/sandbox-rules.js';

/** how long the sandbox keeps the outcome of a `sandbox-late…` card to itself */
const LATE_MS = 2_500;
const REFERENCE_DIGITS = 12;

interface OrderRow {
  readonly operation: CardOperation;
  readonly method: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly upon: string | null;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly answered_from: Date;
}

/**
 * A stand-in for a payment provider: it moves no money. It authorizes, captures, voids, charges and refunds
 * by key, declines the card `sandbox-declined…`, loses its first answer to `sandbox-timeout…`
 * (`sandbox-timeout-capture…`: only where money is taken), and answers `sandbox-late…` some seconds later. Its books outlast a restart.
 */
export class SandboxGateway implements PaymentGateway {
  readonly name = 'sandbox-card-provider';
  readonly #database: Database;
  readonly #now: () => InstantMs;

  constructor(database: Database, now: () => InstantMs) {
    this.#database = database;
    this.#now = now;
  }

  async execute(order: CardOrder): Promise<CardOutcome> {
    const { row, isFirst } = await this.#database.transaction((tx) => this.#carryOut(tx, order));
    if (!isSame(row, order)) return { outcome: 'declined', reason: 'another order has this key' };
    if (isFirst && losesAnswer(order)) {
      throw new Error('the sandbox provider gave no answer in time');
    }
    const outcome = this.#outcomeNow(row);
    if (outcome === null) throw new Error('the sandbox provider has not decided in time');
    return outcome;
  }

  async find(key: string): Promise<CardOutcome | null> {
    const [row] = await this.#database.query<OrderRow>(
      'SELECT * FROM sandbox_card_order WHERE order_key = $1',
      [key],
    );
    return row === undefined ? null : this.#outcomeNow(row);
  }

  #outcomeNow(row: OrderRow): CardOutcome | null {
    if (row.answered_from.getTime() > this.#now()) return null;
    return row.reference === null
      ? { outcome: 'declined', reason: row.reason ?? 'declined' }
      : { outcome: 'done', reference: row.reference };
  }

  async #carryOut(tx: Transaction, order: CardOrder): Promise<{ row: OrderRow; isFirst: boolean }> {
    const basis = await basisOf(tx, order.upon);
    const known = await readOrder(tx, order.key);
    if (known !== null) return { row: known, isFirst: false };
    const decision = decideSandboxOrder(order, basis);
    const digest = createHash('sha256').update(order.key).digest('hex');
    const reference = `SANDBOX-${digest.slice(0, REFERENCE_DIGITS).toUpperCase()}`;
    const lateMs = order.method.startsWith('sandbox-late') ? LATE_MS : 0;
    await tx.query(
      `INSERT INTO sandbox_card_order (order_key, operation, method, currency, amount_minor, upon,
         reference, reason, answered_from)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (order_key) DO NOTHING`,
      [
        order.key,
        order.operation,
        order.method,
        order.currency,
        order.amountMinor,
        order.upon,
        decision.outcome === 'done' ? reference : null,
        decision.outcome === 'done' ? null : decision.reason,
        new Date(this.#now() + lateMs),
      ],
    );
    const row = await readOrder(tx, order.key);
    if (row === null) throw new RangeError('the sandbox provider lost an order');
    return { row, isFirst: true };
  }
}

/** `sandbox-timeout-capture…` answers everything but what takes money. */
function losesAnswer({ method, operation }: CardOrder): boolean {
  if (!method.startsWith('sandbox-timeout')) return false;
  const isTaking = operation === 'capture' || operation === 'charge';
  return isTaking || !method.startsWith('sandbox-timeout-capture');
}

const isSame = (row: OrderRow, order: CardOrder): boolean =>
  row.operation === order.operation &&
  row.method === order.method &&
  row.currency === order.currency &&
  row.amount_minor === order.amountMinor &&
  row.upon === order.upon;

async function readOrder(tx: Transaction, key: string): Promise<OrderRow | null> {
  const [row] = await tx.query<OrderRow>('SELECT * FROM sandbox_card_order WHERE order_key = $1', [
    key,
  ]);
  return row ?? null;
}

/** What an order is upon, locked, so that two captures at once do not both find room. */
async function basisOf(tx: Transaction, upon: string | null): Promise<Basis | null> {
  if (upon === null) return null;
  const [row] = await tx.query<OrderRow>(
    'SELECT * FROM sandbox_card_order WHERE order_key = $1 AND reference IS NOT NULL FOR UPDATE',
    [upon],
  );
  if (row === undefined) return null;
  const executed = await tx.query<Executed>(
    `SELECT operation, amount_minor AS "amountMinor" FROM sandbox_card_order
      WHERE upon = $1 AND reference IS NOT NULL`,
    [upon],
  );
  return { operation: row.operation, amountMinor: row.amount_minor, upon: executed };
}
