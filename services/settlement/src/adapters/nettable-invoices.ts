import type { CurrencyCode } from '@roamgrid/kernel';
import type { NettableInvoice } from '../netting/records.js';
import type { InvoiceDirection, InvoiceState } from '../records.js';

export interface NettableRow {
  readonly invoice_id: string;
  readonly partner: string;
  readonly direction: InvoiceDirection;
  readonly state: InvoiceState;
  readonly currency: CurrencyCode;
  readonly number: string;
  readonly document_hash: string;
  readonly due_date: string;
  readonly payable_minor: bigint;
  readonly disputed_minor: bigint;
  readonly pending_minor: bigint;
  readonly settled_minor: bigint;
  readonly credit_note_id: string | null;
  readonly credit_number: string | null;
  readonly credit_hash: string | null;
}

/** What is owed, and what was credited after a settlement took it up; what is settled for good is not read. */
export const NETTABLE = `
  SELECT invoice.invoice_id, partner, direction, state, currency, number, invoice.document_hash,
         invoice.document::jsonb ->> 'dueDate' AS due_date, payable_minor, disputed_minor,
         coalesce(taken.pending, 0)::bigint AS pending_minor,
         coalesce(taken.settled, 0)::bigint AS settled_minor,
         credit_note.credit_note_id, credit_note.document::jsonb ->> 'number' AS credit_number,
         credit_note.document_hash AS credit_hash
    FROM invoice
    LEFT JOIN credit_note ON credit_note.invoice_id = invoice.invoice_id
    LEFT JOIN LATERAL (
      SELECT sum(amount_minor) FILTER (WHERE settlement.state IN ('proposed', 'agreed', 'paying'))
               AS pending,
             sum(amount_minor) FILTER (WHERE settlement.state = 'settled') AS settled
        FROM settlement_item JOIN settlement USING (settlement_id)
       WHERE settlement_item.invoice_id = invoice.invoice_id
    ) AS taken ON true
   WHERE (invoice.state IN ('accepted', 'disputed')
          OR (invoice.state = 'credited' AND taken.pending IS NOT NULL)
          OR (invoice.state = 'credited' AND taken.settled IS NOT NULL))`;

export function toNettable(row: NettableRow): NettableInvoice {
  const { credit_note_id: creditNoteId, credit_number: number, credit_hash: documentHash } = row;
  return {
    invoiceId: row.invoice_id,
    partner: row.partner,
    direction: row.direction,
    state: row.state,
    currency: row.currency,
    number: row.number,
    documentHash: row.document_hash,
    dueDate: row.due_date,
    payableMinor: row.payable_minor,
    disputedMinor: row.disputed_minor,
    pendingMinor: row.pending_minor,
    settledMinor: row.settled_minor,
    creditNote:
      creditNoteId === null || number === null || documentHash === null
        ? null
        : { creditNoteId, number, documentHash },
  };
}
