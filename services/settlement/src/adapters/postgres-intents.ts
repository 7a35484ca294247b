import type { LedgerReceipt, LedgerTransaction } from '@roamgrid/ledger';
import { json, type Transaction } from '@roamgrid/persistence';
import type { IntendedRecord, IntentBook } from '../ports.js';
import type { IntentState, LedgerIntent } from '../records.js';

interface IntentRow {
  readonly invoice_id: string;
  readonly content: LedgerTransaction;
  readonly state: IntentState;
  readonly receipt: LedgerReceipt | null;
  readonly attempts: number;
}

const COLUMNS = 'invoice_id, content, state, receipt, attempts';

const toIntent = (row: IntentRow): LedgerIntent => ({
  invoiceId: row.invoice_id,
  transaction: row.content,
  state: row.state,
  receipt: row.receipt,
  attempts: row.attempts,
});

export class PostgresIntents implements IntentBook {
  readonly #tx: Transaction;
  readonly #now: () => number;
  readonly #onAdded: () => void;

  constructor(tx: Transaction, now: () => number, onAdded: () => void) {
    this.#tx = tx;
    this.#now = now;
    this.#onAdded = onAdded;
  }

  async add(invoiceId: string, transaction: LedgerTransaction): Promise<void> {
    await this.#tx.query(
      `INSERT INTO ledger_intent
         (business_key, invoice_id, step, document_hash, content, state, next_attempt_at)
       VALUES ($1, $2, $3, $4, $5, 'pending', $6) ON CONFLICT (business_key) DO NOTHING`,
      [
        transaction.businessKey,
        invoiceId,
        transaction.name,
        transaction.documentHash,
        json(transaction),
        new Date(this.#now()),
      ],
    );
    this.#onAdded();
  }

  async ofInvoice(invoiceId: string): Promise<LedgerIntent[]> {
    const rows = await this.#tx.query<IntentRow>(
      `SELECT ${COLUMNS} FROM ledger_intent WHERE invoice_id = $1 ORDER BY intent_id`,
      [invoiceId],
    );
    return rows.map(toIntent);
  }

  async find(businessKey: string): Promise<LedgerIntent | null> {
    const [row] = await this.#tx.query<IntentRow>(
      `SELECT ${COLUMNS} FROM ledger_intent WHERE business_key = $1`,
      [businessKey],
    );
    return row === undefined ? null : toIntent(row);
  }

  async due(nowMs: number, limit: number): Promise<LedgerIntent[]> {
    const rows = await this.#tx.query<IntentRow>(
      `SELECT ${COLUMNS} FROM ledger_intent AS intent
        WHERE state IN ('pending', 'unknown') AND next_attempt_at <= $1
          AND NOT EXISTS (
            SELECT 1 FROM ledger_intent AS earlier
             WHERE earlier.invoice_id = intent.invoice_id AND earlier.intent_id < intent.intent_id
               AND earlier.state IN ('pending', 'unknown'))
        ORDER BY intent_id LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map(toIntent);
  }

  async settle(businessKey: string, receipt: LedgerReceipt): Promise<boolean> {
    const rows = await this.#tx.query(
      `UPDATE ledger_intent SET state = 'posted', receipt = $2, last_error = NULL,
              attempts = attempts + 1
        WHERE business_key = $1 AND state <> 'posted' RETURNING intent_id`,
      [businessKey, json(receipt)],
    );
    return rows.length > 0;
  }

  async postpone(
    businessKey: string,
    state: 'pending' | 'unknown' | 'refused',
    error: string,
    nextAttemptAtMs: number,
  ): Promise<void> {
    await this.#tx.query(
      `UPDATE ledger_intent
          SET state = $2, last_error = $3, next_attempt_at = $4, attempts = attempts + 1
        WHERE business_key = $1 AND state <> 'posted'`,
      [businessKey, state, error, new Date(nextAttemptAtMs)],
    );
  }

  async count(): Promise<Record<IntentState, number>> {
    const rows = await this.#tx.query<{ state: IntentState; count: number }>(
      'SELECT state, count(*)::integer AS count FROM ledger_intent GROUP BY state',
    );
    const counts: Record<IntentState, number> = { pending: 0, posted: 0, unknown: 0, refused: 0 };
    for (const { state, count } of rows) counts[state] = count;
    return counts;
  }

  ofKeys(businessKeys: readonly string[]): Promise<IntendedRecord[]> {
    return this.#tx.query<IntendedRecord>(
      `SELECT business_key AS "businessKey", intent.document_hash AS "documentHash",
              intent.state AS state, intent.invoice_id AS "invoiceId",
              invoice.document_hash AS "invoiceHash"
         FROM ledger_intent AS intent LEFT JOIN invoice USING (invoice_id)
        WHERE business_key = ANY($1::text[])`,
      [businessKeys],
    );
  }

  async postedAfter(
    businessKey: string,
    limit: number,
  ): Promise<{ businessKey: string; documentHash: string }[]> {
    return this.#tx.query(
      `SELECT business_key AS "businessKey", document_hash AS "documentHash" FROM ledger_intent
        WHERE state = 'posted' AND business_key > $1 ORDER BY business_key LIMIT $2`,
      [businessKey, limit],
    );
  }
}
