import { accounts } from '../../accounts.js';
import type { BankItemRecord } from '../../bank/ports.js';
import { bookResolved } from '../../journal/bank-entries.js';
import type { Books, Ports } from '../../ports.js';
import type { PaymentBasis } from './check-resolution.js';
import { settleByStatement } from './settle-by-statement.js';

/** Two people say that a movement is this payment, though it is not as it was ordered: the rest is the bank's. */
export async function settleByStaff(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  { payment, record: { partner } }: PaymentBasis,
): Promise<void> {
  const { paymentId, direction, amountMinor, state } = payment;
  const owedMinor = direction === 'out' ? -amountMinor : amountMinor;
  if (state === 'acknowledged') {
    const countered = direction === 'out' ? accounts.bank : accounts.bankAdvised(partner);
    const key = `bank-item:${item.itemId}:resolved`;
    await books.journal.book(bookResolved(item, key, countered, owedMinor));
    return;
  }
  const clearing = accounts.settlementClearing(partner);
  const entry = bookResolved(item, `payment:${paymentId}`, clearing, owedMinor);
  const { bookedAtMs: paidAtMs, reference } = item;
  await settleByStatement(ports, books, payment, { entry, paidAtMs, reference });
}
