import type { InvoiceDocument, InvoiceLine } from '@roamgrid/contracts';
import { parseMoney } from '@roamgrid/kernel';
import { json, type Transaction } from '@roamgrid/persistence';
import type { InvoiceBook } from '../ports.js';
import type {
  CreditNoteDocument,
  Difference,
  InvoiceAnswerDocument,
  InvoiceDirection,
  InvoiceLineRecord,
  InvoiceRecord,
  InvoiceState,
  SignedCreditNote,
  SignedInvoiceAnswer,
} from '../records.js';
import { fromRow, toColumns, type DocumentRow } from './stored-document.js';

interface InvoiceRow extends DocumentRow {
  readonly direction: InvoiceDirection;
  readonly partner: string;
  readonly state: InvoiceState;
  readonly disputed_minor: bigint;
  readonly differences: readonly Difference[];
}

interface LineRow {
  readonly line: InvoiceLine;
  readonly live: boolean;
}

const NO_LIMIT = 2_147_483_647;

export class PostgresInvoices implements InvoiceBook {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async nextNumber(series: string): Promise<number> {
    const [row] = await this.#tx.query<{ last_number: number }>(
      `INSERT INTO number_series (series, last_number) VALUES ($1, 1)
       ON CONFLICT (series) DO UPDATE SET last_number = number_series.last_number + 1
       RETURNING last_number`,
      [series],
    );
    if (row === undefined) throw new RangeError('the series gave no number');
    return row.last_number;
  }

  async lockPartner(partner: string): Promise<void> {
    const series = `partner:${partner}`;
    await this.#tx.query('INSERT INTO number_series (series) VALUES ($1) ON CONFLICT DO NOTHING', [
      series,
    ]);
    await this.#tx.query('SELECT 1 FROM number_series WHERE series = $1 FOR UPDATE', [series]);
  }

  find(invoiceId: string): Promise<InvoiceRecord | null> {
    return this.#find(invoiceId, '');
  }

  lock(invoiceId: string): Promise<InvoiceRecord | null> {
    return this.#find(invoiceId, 'FOR UPDATE');
  }

  async add(
    record: Omit<InvoiceRecord, 'disputedMinor' | 'differences'>,
    lines: readonly InvoiceLineRecord[],
  ): Promise<void> {
    const { document } = record.invoice;
    await this.#tx.query(
      `INSERT INTO invoice (invoice_id, direction, partner, state, currency, payable_minor,
         period_to, sequence_to, number, reissue_of, issued_at, document, document_hash, signature)
       VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)`,
      [
        document.invoiceId,
        record.direction,
        record.partner,
        record.state,
        document.currency,
        parseMoney(document.payable, document.currency).minor,
        document.to,
        document.sequenceTo,
        document.number,
        document.reissueOf,
        document.issuedAt,
        ...toColumns(record.invoice),
      ],
    );
    const rows = lines.map(({ line, live }, position) => ({ position, line, live }));
    await this.#tx.query(
      `INSERT INTO invoice_line (invoice_id, position, cdr_id, line, live)
       SELECT $1, position, line ->> 'cdrId', line, live
         FROM jsonb_to_recordset($2::jsonb) AS rows (position integer, line jsonb, live boolean)`,
      [document.invoiceId, json(rows)],
    );
  }

  async lines(invoiceId: string, from: number, limit: number): Promise<InvoiceLineRecord[]> {
    return this.#tx.query<LineRow>(
      `SELECT line, live FROM invoice_line
        WHERE invoice_id = $1 AND position >= $2 ORDER BY position LIMIT $3`,
      [invoiceId, from, limit],
    );
  }

  allLines(invoiceId: string): Promise<InvoiceLineRecord[]> {
    return this.lines(invoiceId, 0, NO_LIMIT);
  }

  async setState(invoiceId: string, state: InvoiceState, disputedMinor: bigint): Promise<void> {
    await this.#tx.query(
      'UPDATE invoice SET state = $2, disputed_minor = $3 WHERE invoice_id = $1',
      [invoiceId, state, disputedMinor],
    );
  }

  async setDifferences(invoiceId: string, differences: readonly Difference[]): Promise<void> {
    await this.#tx.query('UPDATE invoice SET differences = $2 WHERE invoice_id = $1', [
      invoiceId,
      json(differences),
    ]);
  }

  async setLive(invoiceId: string, cdrIds: readonly string[] | null): Promise<void> {
    if (cdrIds === null) {
      await this.#tx.query('UPDATE invoice_line SET live = false WHERE invoice_id = $1', [
        invoiceId,
      ]);
      return;
    }
    await this.#tx.query(
      `UPDATE invoice_line SET live = true
        WHERE invoice_id = $1 AND cdr_id = ANY($2::text[]) AND NOT live`,
      [invoiceId, cdrIds],
    );
  }

  async liveElsewhere(invoiceId: string, cdrIds: readonly string[]): Promise<string[]> {
    const rows = await this.#tx.query<{ cdr_id: string }>(
      `SELECT cdr_id FROM invoice_line
        WHERE live AND invoice_id <> $1 AND cdr_id = ANY($2::text[])`,
      [invoiceId, cdrIds],
    );
    return rows.map((row) => row.cdr_id);
  }

  async unansweredWith(cdrIds: readonly string[]): Promise<string[]> {
    const rows = await this.#tx.query<{ invoice_id: string }>(
      `SELECT DISTINCT invoice_id FROM invoice_line JOIN invoice USING (invoice_id)
        WHERE cdr_id = ANY($1::text[]) AND direction = 'received' AND state = 'issued'`,
      [cdrIds],
    );
    return rows.map((row) => row.invoice_id);
  }

  async reach(partner: string): Promise<{ sequenceTo: number; periodTo: Date | null }> {
    const [row] = await this.#tx.query<{ sequence_to: number | null; period_to: Date | null }>(
      `SELECT max(sequence_to) AS sequence_to, max(period_to) AS period_to
         FROM invoice WHERE direction = 'issued' AND partner = $1`,
      [partner],
    );
    return { sequenceTo: row?.sequence_to ?? 0, periodTo: row?.period_to ?? null };
  }

  async findAnswer(invoiceId: string): Promise<SignedInvoiceAnswer | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      `SELECT document, document_hash, signature FROM invoice_answer
        WHERE invoice_id = $1 ORDER BY answer_id DESC LIMIT 1`,
      [invoiceId],
    );
    return row === undefined ? null : fromRow<InvoiceAnswerDocument>(row);
  }

  async addAnswer(answer: SignedInvoiceAnswer): Promise<void> {
    await this.#tx.query(
      `INSERT INTO invoice_answer (invoice_id, document, document_hash, signature)
       VALUES ($1, $2, $3, $4)`,
      [answer.document.invoiceId, ...toColumns(answer)],
    );
  }

  async findCredit(invoiceId: string): Promise<SignedCreditNote | null> {
    const [row] = await this.#tx.query<DocumentRow>(
      'SELECT document, document_hash, signature FROM credit_note WHERE invoice_id = $1',
      [invoiceId],
    );
    return row === undefined ? null : fromRow<CreditNoteDocument>(row);
  }

  async addCredit(creditNote: SignedCreditNote, isReissueAsked: boolean): Promise<void> {
    const { creditNoteId, invoiceId } = creditNote.document;
    await this.#tx.query(
      `INSERT INTO credit_note
         (credit_note_id, invoice_id, document, document_hash, signature, reissue_asked)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [creditNoteId, invoiceId, ...toColumns(creditNote), isReissueAsked],
    );
  }

  async isReissueAsked(invoiceId: string): Promise<boolean> {
    const [row] = await this.#tx.query<{ reissue_asked: boolean }>(
      'SELECT reissue_asked FROM credit_note WHERE invoice_id = $1',
      [invoiceId],
    );
    return row?.reissue_asked ?? false;
  }

  async findReissue(invoiceId: string): Promise<string | null> {
    const [row] = await this.#tx.query<{ invoice_id: string }>(
      'SELECT invoice_id FROM invoice WHERE reissue_of = $1',
      [invoiceId],
    );
    return row?.invoice_id ?? null;
  }

  async idsAfter(invoiceId: string, limit: number): Promise<string[]> {
    const rows = await this.#tx.query<{ invoice_id: string }>(
      'SELECT invoice_id FROM invoice WHERE invoice_id > $1 ORDER BY invoice_id LIMIT $2',
      [invoiceId, limit],
    );
    return rows.map((row) => row.invoice_id);
  }

  async brokenLinks(): Promise<string[]> {
    const rows = await this.#tx.query<{ cdr_id: string }>(
      `SELECT coalesce(cdr.cdr_id, line.cdr_id) AS cdr_id
         FROM (SELECT * FROM cdr WHERE invoice_id IS NOT NULL) AS cdr
         FULL JOIN (SELECT * FROM invoice_line WHERE live) AS line
           ON cdr.cdr_id = line.cdr_id AND cdr.invoice_id = line.invoice_id
        WHERE cdr.cdr_id IS NULL OR line.cdr_id IS NULL`,
    );
    return rows.map((row) => row.cdr_id);
  }

  async #find(invoiceId: string, lock: '' | 'FOR UPDATE'): Promise<InvoiceRecord | null> {
    const [row] = await this.#tx.query<InvoiceRow>(
      `SELECT direction, partner, state, disputed_minor, differences,
              document, document_hash, signature
         FROM invoice WHERE invoice_id = $1 ${lock}`,
      [invoiceId],
    );
    if (row === undefined) return null;
    return {
      invoice: fromRow<InvoiceDocument>(row),
      direction: row.direction,
      partner: row.partner,
      state: row.state,
      disputedMinor: row.disputed_minor,
      differences: row.differences,
    };
  }
}
