import type { InvoiceView } from '@roamgrid/contracts';
import { formatMoney, money, parseMoney, RoamgridError } from '@roamgrid/kernel';
import { availableActions } from '../invoice-states.js';
import type { Books, Ports } from '../ports.js';
import { invoiceKeyOf } from '../posting/transactions.js';
import type { InvoiceRecord, LedgerIntent } from '../records.js';
import { disputeView, standingOf } from './dispute-view.js';
import { publishView } from './project.js';

/** Visited shows its presentation; home the verification both endorsed, or else its own latest record. */
function shownIntent(record: InvoiceRecord, intents: readonly LedgerIntent[]): LedgerIntent | null {
  const wanted = record.direction === 'issued' ? 'presentInvoice' : 'verifyInvoice';
  return intents.find(({ transaction }) => transaction.name === wanted) ?? intents.at(-1) ?? null;
}

/** What is not disputed stays due; of a credited invoice nothing is. */
function undisputedOf({ invoice, state, disputedMinor }: InvoiceRecord): string {
  const { currency, payable } = invoice.document;
  const wholeMinor = state === 'credited' ? 0n : parseMoney(payable, currency).minor;
  return formatMoney(money(currency, wholeMinor - disputedMinor));
}

/** An invoice with what surrounds it for its reader. */
export async function viewInvoice(
  ports: Pick<Ports, 'pairSecretOf' | 'clock'>,
  books: Books,
  record: InvoiceRecord,
): Promise<InvoiceView> {
  const { document } = record.invoice;
  const intents = await books.intents.ofInvoice(document.invoiceId);
  const intent = shownIntent(record, intents);
  return {
    invoiceId: document.invoiceId,
    direction: record.direction,
    partner: record.partner,
    state: record.state,
    invoice: record.invoice,
    disputed: formatMoney(money(document.currency, record.disputedMinor)),
    undisputed: undisputedOf(record),
    ledger: {
      state: intent?.state ?? 'pending',
      businessKey:
        intent?.transaction.businessKey ??
        invoiceKeyOf(ports.pairSecretOf(record.partner), document.invoiceId),
      txId: intent?.receipt?.txId ?? null,
      blockNumber: intent?.receipt?.blockNumber ?? null,
    },
    availableActions: availableActions(
      record.direction,
      record.state,
      await standingOf(ports, books, record),
    ),
  };
}

/** @throws RoamgridError `not_found` */
export async function requireInvoice(books: Books, invoiceId: string): Promise<InvoiceRecord> {
  const record = await books.invoices.find(invoiceId);
  if (record === null) throw new RoamgridError('not_found', 'no such invoice');
  return record;
}

/** Publishes an invoice as it stands in the books now, and gives its view. */
export async function publishInvoice(
  ports: Ports,
  books: Books,
  invoiceId: string,
): Promise<InvoiceView> {
  const record = await requireInvoice(books, invoiceId);
  const view = await viewInvoice(ports, books, record);
  const { invoice, ...around } = view;
  const creditNote = await books.invoices.findCredit(invoiceId);
  const reissuedAs = await books.invoices.findReissue(invoiceId);
  publishView(books, ports.utility, {
    kind: 'invoice',
    id: invoiceId,
    sortAt: invoice.document.issuedAt,
    data: {
      ...invoice,
      ...around,
      ...(await disputeView(books, record)),
      differences: record.differences,
      creditNote,
      reissuedAs,
    },
  });
  return view;
}
