import { formatInstant, type InstantMs } from '@roamgrid/kernel';
import type { PaymentRecord } from '../../netting/records.js';
import type { Books, Ports } from '../../ports.js';
import { requireSettlement } from '../../publishing/settlement-view.js';
import type { JournalEntry } from '../../records.js';
import { concludePayment, settlePaid } from '../netting/execute-payment.js';

interface Shown {
  /** how the payment is booked */
  readonly entry: JournalEntry;
  readonly paidAtMs: InstantMs;
  /** the bank's own */
  readonly reference: string | null;
}

/** A statement shows a payment that was ordered or advised: now it is a fact, and the settlement is over. */
export async function settleByStatement(
  ports: Ports,
  books: Books,
  payment: PaymentRecord,
  { entry, paidAtMs, reference }: Shown,
): Promise<void> {
  const { paymentId, direction, settlementId } = payment;
  if (direction === 'out') {
    const named = payment.reference ?? reference ?? paymentId;
    const at = formatInstant(paidAtMs);
    const record = await requireSettlement(books, settlementId);
    await concludePayment(ports, books, { payment, record }, { reference: named, at, entry });
    return;
  }
  const { advice } = payment;
  if (advice === null) throw new RangeError('an advised payment has its advice');
  await books.payments.conclude(paymentId, {
    state: 'acknowledged',
    reference: payment.reference ?? advice.document.reference,
    advice,
  });
  const record = await requireSettlement(books, settlementId);
  await settlePaid(ports, books, record, { advice, event: 'receive', entry });
}
