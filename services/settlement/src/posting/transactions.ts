import type { SignedInvoice } from '@roamgrid/contracts';
import { businessKey, recordSalt, type LedgerTransaction } from '@roamgrid/ledger';
import { hashToHex } from '@roamgrid/merkle';
import { leafOf } from '../documents/merkle.js';
import type { CdrDocument } from '../records.js';

/** Everything that names an invoice on the ledger. */
interface InvoiceOnLedger {
  readonly caller: string;
  readonly pairSecret: Uint8Array;
  readonly invoice: SignedInvoice;
}

/** Two documents of one kind never share a key: the parts name kind and document. */
const keyOf = (pairSecret: Uint8Array, kind: string, id: string): string =>
  businessKey(pairSecret, [kind, id]);

/** The business key under which visited presents an invoice. */
export function invoiceKeyOf(pairSecret: Uint8Array, invoiceId: string): string {
  return keyOf(pairSecret, 'invoice', invoiceId);
}

/** The business key of the record that both utilities recomputed an invoice. */
export function verificationKeyOf(pairSecret: Uint8Array, invoiceId: string): string {
  return keyOf(pairSecret, 'verification', invoiceId);
}

const partiesOf = ({ document }: SignedInvoice) => ({
  creditor: document.visitedUtility,
  debtor: document.homeUtility,
});

/** Visited alone records the hash of what it issued. */
export function presentInvoice(on: InvoiceOnLedger): LedgerTransaction {
  const key = invoiceKeyOf(on.pairSecret, on.invoice.document.invoiceId);
  return {
    name: 'presentInvoice',
    caller: on.caller,
    businessKey: key,
    documentHash: on.invoice.documentHash,
    argument: partiesOf(on.invoice),
    transient: { salt: recordSalt(on.pairSecret, key) },
  };
}

/** A step upon a presented invoice: it names the invoice's key and proves that it knows the record. */
function stepUpon(
  on: InvoiceOnLedger,
  step: { readonly name: LedgerTransaction['name']; readonly kind: string; readonly id: string },
  documentHash: string,
  extra: Readonly<Record<string, unknown>>,
): LedgerTransaction {
  const invoiceKey = invoiceKeyOf(on.pairSecret, on.invoice.document.invoiceId);
  const key = keyOf(on.pairSecret, step.kind, step.id);
  return {
    name: step.name,
    caller: on.caller,
    businessKey: key,
    documentHash,
    argument: { ...partiesOf(on.invoice), invoiceKey },
    transient: {
      salt: recordSalt(on.pairSecret, key),
      invoiceHash: on.invoice.documentHash,
      ...extra,
    },
  };
}

const invoiceSaltOf = (on: InvoiceOnLedger): { invoiceSalt: string } => ({
  invoiceSalt: recordSalt(
    on.pairSecret,
    invoiceKeyOf(on.pairSecret, on.invoice.document.invoiceId),
  ),
});

/** Home asks that both endorse what it has recomputed itself. */
export function verifyInvoice(
  on: InvoiceOnLedger,
  cdrs: readonly CdrDocument[],
): LedgerTransaction {
  const { invoiceId } = on.invoice.document;
  return stepUpon(
    on,
    { name: 'verifyInvoice', kind: 'verification', id: invoiceId },
    on.invoice.documentHash,
    {
      ...invoiceSaltOf(on),
      invoice: on.invoice.document,
      lines: cdrs.map((cdr) => ({
        leafHash: hashToHex(leafOf(cdr)),
        sequence: cdr.sequence,
        energyKwh: cdr.energyKwh,
        totalExclTax: cdr.totalExclTax,
        tax: cdr.tax,
        totalInclTax: cdr.totalInclTax,
      })),
    },
  );
}

/** Home's signed yes. */
export function acceptInvoice(on: InvoiceOnLedger, answerHash: string): LedgerTransaction {
  const { invoiceId } = on.invoice.document;
  const step = { name: 'acceptInvoice', kind: 'acceptance', id: invoiceId } as const;
  return stepUpon(on, step, answerHash, invoiceSaltOf(on));
}

/** Home's signed no; it only names the invoice. */
export function disputeInvoice(on: InvoiceOnLedger, answerHash: string): LedgerTransaction {
  const { invoiceId } = on.invoice.document;
  const step = { name: 'disputeInvoice', kind: 'dispute', id: invoiceId } as const;
  return stepUpon(on, step, answerHash, {});
}

/** Visited takes the invoice back. */
export function creditInvoice(on: InvoiceOnLedger, creditNoteHash: string): LedgerTransaction {
  const { invoiceId } = on.invoice.document;
  const step = { name: 'creditInvoice', kind: 'credit', id: invoiceId } as const;
  return stepUpon(on, step, creditNoteHash, invoiceSaltOf(on));
}
