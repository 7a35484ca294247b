import { RoamgridError } from '@roamgrid/kernel';
import type { BankItemRecord, PaidOrder } from '../../bank/ports.js';
import type { PaymentRecord, SettlementRecord } from '../../netting/records.js';
import type { Books } from '../../ports.js';

export interface PaymentBasis {
  readonly kind: 'payment';
  readonly payment: PaymentRecord;
  readonly record: SettlementRecord;
}

/** What a resolution stands on. */
export type ResolutionBasis =
  | { readonly kind: 'account' }
  | { readonly kind: 'order'; readonly order: PaidOrder }
  | PaymentBasis;

const conflict = (detail: string): RoamgridError => new RoamgridError('state_conflict', detail);

/**
 * Whether a movement can be what somebody says that it is.
 *
 * @throws RoamgridError `state_conflict`, `not_found`, `unprocessable`
 */
export async function checkResolution(
  books: Books,
  item: BankItemRecord,
): Promise<ResolutionBasis> {
  const { resolution } = item;
  if (resolution === null) throw conflict('nobody has said what the movement is');
  const { kind, paymentId } = resolution;
  if (kind === 'fee' || kind === 'sendBack') {
    if (paymentId === null) return { kind: 'account' };
    throw new RoamgridError('unprocessable', 'no payment belongs to this', [
      { path: 'paymentId', message: 'must be absent' },
    ]);
  }
  if (item.source === 'payout') return checkOrder(books, item, kind);
  const basis = await paymentOf(books, paymentId);
  await (kind === 'settles' ? checkSettles : checkReturned)(books, item, basis.payment);
  return basis;
}

async function paymentOf(books: Books, paymentId: string | null): Promise<PaymentBasis> {
  const payment = paymentId === null ? null : await books.payments.find(paymentId);
  const record = payment === null ? null : await books.settlements.lock(payment.settlementId);
  if (payment !== null && record !== null) return { kind: 'payment', payment, record };
  throw new RoamgridError('unprocessable', 'no such payment', [
    { path: 'paymentId', message: 'names no payment of ours' },
  ]);
}

async function checkOrder(
  books: Books,
  { reference, currency, reason }: BankItemRecord,
  kind: 'settles' | 'returned',
): Promise<ResolutionBasis> {
  const order = reference === null ? null : await books.bank.findOrder(reference);
  const fits = kind === 'settles' && reason === 'amount_differs' && order?.currency === currency;
  if (fits) return { kind: 'order', order };
  throw conflict('a line of a payout settles only the order that it names, with another amount');
}

async function checkSettles(
  books: Books,
  item: BankItemRecord,
  payment: PaymentRecord,
): Promise<void> {
  const expected = payment.direction === 'out' ? 'debit' : 'credit';
  if (item.direction !== expected) throw conflict('the money moved the other way');
  if (item.currency !== payment.currency) throw conflict('the payment is in another currency');
  if (payment.state === 'rejected' || payment.state === 'returned') {
    throw conflict(`the payment is ${payment.state}`);
  }
  if (await books.bank.isTaken(payment.paymentId)) throw conflict('the payment has its movement');
}

async function checkReturned(
  books: Books,
  item: BankItemRecord,
  payment: PaymentRecord,
): Promise<void> {
  const wentOut = payment.direction === 'out' ? 'debit' : 'credit';
  if (item.direction === wentOut) throw conflict('the money moved the same way as the payment');
  if (item.currency !== payment.currency || item.amountMinor !== payment.amountMinor) {
    throw conflict('it is not the amount of the payment');
  }
  const isOver = payment.state === 'acknowledged' && (await isOnAccount(books, payment));
  if (!isOver) throw conflict('the payment was never on the account');
}

/** Of what we paid our own books know; of what we received the bank's statement has to have shown it. */
const isOnAccount = async (books: Books, payment: PaymentRecord): Promise<boolean> =>
  payment.direction === 'out' || (await books.bank.isTaken(payment.paymentId));
