import type { SettlementItem } from '@roamgrid/contracts';
import { formatMoney, money, parseInstant } from '@roamgrid/kernel';
import type { NettableInvoice } from './records.js';

/** What home owes on an invoice as its state stands: what is disputed waits, what is credited is not owed. */
export function owedOn(invoice: NettableInvoice): bigint {
  switch (invoice.state) {
    case 'issued':
    case 'credited':
      return 0n;
    case 'disputed':
      return invoice.payableMinor - invoice.disputedMinor;
    case 'accepted':
    case 'settled':
      return invoice.payableMinor;
  }
}

/** Owed and not paid yet; below zero where more was paid than is owed now. */
export function unpaidOn(invoice: NettableInvoice): bigint {
  return owedOn(invoice) - invoice.settledMinor;
}

/** One document's part in a settlement, with the invoice it belongs to. */
export interface OpenItem {
  readonly item: SettlementItem;
  /** what it takes up of the invoice, below zero where it gives back */
  readonly minor: bigint;
}

/** of two ids, which are never the same */
const compare = (left: string, right: string): number => (left < right ? -1 : 1);

/** Which of the pair is the creditor of an invoice: the visited utility, who issued it. */
function partiesOf(
  invoice: NettableInvoice,
  own: string,
): { readonly creditor: string; readonly debtor: string } {
  return invoice.direction === 'issued'
    ? { creditor: own, debtor: invoice.partner }
    : { creditor: invoice.partner, debtor: own };
}

function itemOf(invoice: NettableInvoice, own: string, minor: bigint): SettlementItem | null {
  const { invoiceId, currency, creditNote } = invoice;
  const { creditor, debtor } = partiesOf(invoice, own);
  const absolute = minor < 0n ? -minor : minor;
  const amount = formatMoney(money(currency, absolute));
  if (minor > 0n) {
    const { number, documentHash, dueDate } = invoice;
    const named = { kind: 'invoice' as const, documentId: invoiceId, number, documentHash };
    return { ...named, invoiceId, creditor, debtor, amount, dueDate };
  }
  if (minor === 0n || creditNote === null) return null;
  const { creditNoteId, number, documentHash } = creditNote;
  const named = { kind: 'creditNote' as const, documentId: creditNoteId, number, documentHash };
  // what the debtor has paid comes back
  return { ...named, invoiceId, creditor: debtor, debtor: creditor, amount, dueDate: null };
}

/**
 * What can be netted now, in an order that both sides find: invoices in so far as they are owed and in no
 * settlement yet, and credit notes of invoices that a settlement has taken up.
 *
 * @param dueBy instant by which an invoice must be due to be taken in; null takes all
 */
export function openItems(
  invoices: readonly NettableInvoice[],
  own: string,
  dueBy: string | null,
): OpenItem[] {
  const boundMs = dueBy === null ? null : parseInstant(dueBy);
  return invoices
    .flatMap((invoice): OpenItem[] => {
      const minor = unpaidOn(invoice) - invoice.pendingMinor;
      const item = itemOf(invoice, own, minor);
      if (item === null) return [];
      const isLater =
        boundMs !== null && item.dueDate !== null && parseInstant(item.dueDate) > boundMs;
      return isLater ? [] : [{ item, minor }];
    })
    .sort((left, right) => compare(left.item.documentId, right.item.documentId));
}
