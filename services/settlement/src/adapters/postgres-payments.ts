import type { SignedPaymentAdvice } from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { PaymentBook } from '../netting/ports.js';
import type { PaymentRecord, PaymentState } from '../netting/records.js';

interface PaymentRow {
  readonly payment_id: string;
  readonly settlement_id: string;
  readonly direction: 'out' | 'in';
  readonly state: PaymentState;
  readonly currency: CurrencyCode;
  readonly amount_minor: bigint;
  readonly through: string;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly advice: SignedPaymentAdvice | null;
  readonly attempts: number;
  readonly at: Date;
}

const toPayment = (row: PaymentRow): PaymentRecord => ({
  paymentId: row.payment_id,
  settlementId: row.settlement_id,
  direction: row.direction,
  state: row.state,
  currency: row.currency,
  amountMinor: row.amount_minor,
  through: row.through,
  reference: row.reference,
  detail: row.detail,
  advice: row.advice,
  attempts: row.attempts,
  atMs: row.at.getTime(),
});

export class PostgresPayments implements PaymentBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async add(payment: Omit<PaymentRecord, 'attempts'>): Promise<void> {
    const at = new Date(payment.atMs);
    await this.#tx.query(
      `INSERT INTO payment (payment_id, settlement_id, direction, state, currency, amount_minor,
         through, reference, detail, advice, at, next_attempt_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
      [
        payment.paymentId,
        payment.settlementId,
        payment.direction,
        payment.state,
        payment.currency,
        payment.amountMinor,
        payment.through,
        payment.reference,
        payment.detail,
        payment.advice === null ? null : json(payment.advice),
        at,
      ],
    );
  }

  async ofSettlement(settlementId: string): Promise<PaymentRecord[]> {
    const rows = await this.#tx.query<PaymentRow>(
      'SELECT * FROM payment WHERE settlement_id = $1 ORDER BY at, payment_id',
      [settlementId],
    );
    return rows.map(toPayment);
  }

  async find(paymentId: string): Promise<PaymentRecord | null> {
    const [row] = await this.#tx.query<PaymentRow>(
      'SELECT * FROM payment WHERE payment_id = $1 FOR UPDATE',
      [paymentId],
    );
    return row === undefined ? null : toPayment(row);
  }

  async due(nowMs: InstantMs, limit: number): Promise<PaymentRecord[]> {
    const rows = await this.#tx.query<PaymentRow>(
      `SELECT * FROM payment
        WHERE state IN ('instructed', 'unknown') AND next_attempt_at <= $1
        ORDER BY next_attempt_at LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map(toPayment);
  }

  async conclude(
    paymentId: string,
    outcome: Parameters<PaymentBook['conclude']>[1],
  ): Promise<void> {
    const { state, reference, detail, advice, nextAttemptAtMs } = outcome;
    await this.#tx.query(
      `UPDATE payment SET state = $2, reference = $3, detail = $4, advice = $5,
              next_attempt_at = coalesce($6, next_attempt_at), attempts = attempts + 1
        WHERE payment_id = $1`,
      [
        paymentId,
        state,
        reference ?? null,
        detail ?? null,
        advice === undefined ? null : json(advice),
        nextAttemptAtMs === undefined ? null : new Date(nextAttemptAtMs),
      ],
    );
  }
}
