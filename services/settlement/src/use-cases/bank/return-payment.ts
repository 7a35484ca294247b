import { parseMoney } from '@roamgrid/kernel';
import { accounts } from '../../accounts.js';
import type { BankItemRecord } from '../../bank/ports.js';
import { stateAfter } from '../../invoice-states.js';
import { bookResolved } from '../../journal/bank-entries.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import { publishInvoice } from '../../publishing/invoice-view.js';
import { publishSettlement } from '../../publishing/settlement-view.js';
import type { PaymentBasis } from './check-resolution.js';

/** A bank took the payment back: what it paid is owed again, and the payer may order it anew. */
export async function returnPayment(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  { payment, record }: PaymentBasis,
): Promise<void> {
  const { paymentId, settlementId, reference, advice } = payment;
  const clearing = accounts.settlementClearing(record.partner);
  await books.journal.book(bookResolved(item, `payment:${paymentId}:returned`, clearing));
  await books.payments.conclude(paymentId, {
    state: 'returned',
    ...(reference === null ? {} : { reference }),
    ...(advice === null ? {} : { advice }),
    detail: item.resolution?.note ?? 'returned',
  });
  await books.settlements.setState(settlementId, settlementAfter(record.state, 'return'));
  for (const { invoiceId } of await books.settlements.takenOf(settlementId)) {
    const invoice = await books.invoices.lock(invoiceId);
    if (invoice === null) continue;
    const { currency, payable } = invoice.invoice.document;
    const paidMinor = await books.settlements.settledOf(invoiceId);
    const isPaid = paidMinor === parseMoney(payable, currency).minor;
    if (invoice.state === 'settled' && !isPaid) {
      await books.invoices.setState(invoiceId, stateAfter(invoice.state, 'reopen'), 0n);
    }
    await publishInvoice(ports, books, invoiceId);
  }
  await publishSettlement(ports, books, settlementId);
}
