import type { SignedDisputeAnswer } from '@roamgrid/contracts';
import type { Transaction } from '@roamgrid/persistence';
import type { DisputeBook, Receipts, SilenceTerms } from '../dispute-ports.js';
import { fromRow, toColumns, type DocumentRow } from './stored-document.js';

interface TermsRow {
  readonly dispute_window_days: number | null;
  readonly silence_means: SilenceTerms['silenceMeans'] | null;
}

export class PostgresDisputes implements DisputeBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async findAnswer(invoiceId: string): Promise<SignedDisputeAnswer | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      'SELECT document, document_hash, signature FROM dispute_answer WHERE invoice_id = $1',
      [invoiceId],
    );
    return row === undefined ? null : fromRow(row);
  }

  async addAnswer(answer: SignedDisputeAnswer): Promise<void> {
    await this.#tx.query(
      `INSERT INTO dispute_answer (invoice_id, document, document_hash, signature)
       VALUES ($1, $2, $3, $4)`,
      [answer.document.invoiceId, ...toColumns(answer)],
    );
  }

  async setTerms(invoiceId: string, terms: SilenceTerms): Promise<void> {
    await this.#tx.query(
      'UPDATE invoice SET dispute_window_days = $2, silence_means = $3 WHERE invoice_id = $1',
      [invoiceId, terms.disputeWindowDays, terms.silenceMeans],
    );
  }

  async termsOf(invoiceId: string): Promise<SilenceTerms | null> {
    const [row] = await this.#tx.query<TermsRow>(
      'SELECT dispute_window_days, silence_means FROM invoice WHERE invoice_id = $1',
      [invoiceId],
    );
    if (row === undefined || row.dispute_window_days === null || row.silence_means === null) {
      return null;
    }
    return { disputeWindowDays: row.dispute_window_days, silenceMeans: row.silence_means };
  }

  async receiptsOf(invoiceId: string): Promise<Receipts> {
    const [row] = await this.#tx.query<{ lines: number; accepted: number; last_at: Date | null }>(
      `SELECT count(*)::integer AS lines,
              (count(*) FILTER (WHERE receipt.answer = 'accepted'))::integer AS accepted,
              max(receipt.at) AS last_at
         FROM invoice_line AS line
         LEFT JOIN cdr USING (cdr_id)
         LEFT JOIN LATERAL (
           SELECT document::jsonb ->> 'answer' AS answer,
                  (document::jsonb ->> 'at')::timestamptz AS at
             FROM cdr_answer
            WHERE cdr_answer.cdr_id = cdr.cdr_id
              AND document::jsonb ->> 'cdrHash' = cdr.document_hash
            ORDER BY at DESC LIMIT 1
         ) AS receipt ON true
        WHERE line.invoice_id = $1`,
      [invoiceId],
    );
    return {
      lines: row?.lines ?? 0,
      accepted: row?.accepted ?? 0,
      lastAtMs: row?.last_at?.getTime() ?? null,
    };
  }

  async silentSince(nowMs: number, limit: number): Promise<string[]> {
    const rows = await this.#tx.query<{ invoice_id: string }>(
      `SELECT invoice_id FROM invoice
        WHERE state = 'issued' AND dispute_window_days IS NOT NULL
          AND issued_at + make_interval(days => dispute_window_days) <= $1
        ORDER BY issued_at, invoice_id LIMIT $2`,
      [new Date(nowMs), limit],
    );
    return rows.map((row) => row.invoice_id);
  }

  async markSilent(invoiceId: string): Promise<void> {
    await this.#tx.query('UPDATE invoice SET by_silence = true WHERE invoice_id = $1', [invoiceId]);
  }

  async isBySilence(invoiceId: string): Promise<boolean> {
    const [row] = await this.#tx.query<{ by_silence: boolean }>(
      'SELECT by_silence FROM invoice WHERE invoice_id = $1',
      [invoiceId],
    );
    return row?.by_silence ?? false;
  }
}
