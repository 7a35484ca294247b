import { parseMoney, type InstantMs } from '@roamgrid/kernel';
import { accounts } from '../../accounts.js';
import { judgeEntry, paymentIdOf, type EntryVerdict } from '../../bank/judge-entry.js';
import type { BankItemRecord, PayoutHead } from '../../bank/ports.js';
import { bookConfirmed, bookRematched, bookUnknownMovement } from '../../journal/bank-entries.js';
import { bookPayment } from '../../journal/settlement-entries.js';
import type { PaymentRecord } from '../../netting/records.js';
import type { Books, Ports } from '../../ports.js';
import { settleByStatement } from './settle-by-statement.js';

/** A movement as it was told, before anybody knows what it is. */
export type ToldMovement = Omit<
  BankItemRecord,
  'state' | 'reason' | 'detail' | 'paymentId' | 'settlementId' | 'partner' | 'resolution'
>;

const UNMATCHED = {
  state: 'suspense',
  detail: null,
  paymentId: null,
  settlementId: null,
  partner: null,
  resolution: null,
} as const;

/** A movement of a statement that is read for the first time: matched to the last minor unit, or in suspense. */
export async function takeMovement(
  ports: Ports,
  books: Books,
  told: ToldMovement,
  isReturn: boolean,
): Promise<void> {
  const unknown: BankItemRecord = { ...told, ...UNMATCHED, reason: 'reference_unknown' };
  const found = await find(ports, books, unknown, isReturn);
  const item = judged(unknown, found);
  // what follows names the item
  await books.bank.addItem(item);
  if (item.state === 'matched') await settle(ports, books, item, found, accounts.bank);
  else await books.journal.book(bookUnknownMovement(item));
}

/** Movements that came before the payer had told us what they are. */
export async function matchWaiting(ports: Ports, books: Books, endToEndId: string): Promise<void> {
  for (const waiting of await books.bank.waitingFor(endToEndId)) {
    const found = await find(ports, books, waiting, false);
    const item = judged(waiting, found);
    await books.bank.change(item);
    if (item.state === 'matched') await settle(ports, books, item, found, accounts.bankSuspense);
  }
}

type Found =
  | { readonly kind: 'payment'; readonly payment: PaymentRecord; readonly partner: string }
  | { readonly kind: 'payout'; readonly payout: PayoutHead }
  | { readonly kind: 'nothing' };

interface Judged {
  readonly verdict: EntryVerdict;
  readonly found: Found;
}

/** What a movement names, and whether it is that. */
async function find(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  isReturn: boolean,
): Promise<Judged> {
  const movement = { ...item, isReturn };
  const paymentId = paymentIdOf(item.endToEndId);
  const payment = paymentId === null ? null : await books.payments.find(paymentId);
  if (payment !== null) {
    const isTaken = await books.bank.isTaken(payment.paymentId);
    const record = await books.settlements.lock(payment.settlementId);
    const verdict = judgeEntry(movement, { ...payment, isTaken });
    return { verdict, found: { kind: 'payment', payment, partner: record?.partner ?? '' } };
  }
  const [payout] = item.endToEndId === null ? [] : await books.bank.payoutsNamed(item.endToEndId);
  if (payout === undefined) {
    return { verdict: judgeEntry(movement, null), found: { kind: 'nothing' } };
  }
  const verdict = judgeEntry(movement, {
    direction: 'in',
    state: 'advised',
    amountMinor: parseMoney(payout.net, payout.currency).minor,
    currency: payout.currency,
    isTaken: payout.state === 'paid',
  });
  return { verdict, found: { kind: 'payout', payout } };
}

function judged(item: BankItemRecord, { verdict, found }: Judged): BankItemRecord {
  const named =
    found.kind === 'payment'
      ? {
          paymentId: found.payment.paymentId,
          settlementId: found.payment.settlementId,
          partner: found.partner,
        }
      : {};
  return verdict.outcome === 'matched'
    ? { ...item, ...named, state: 'matched', reason: null }
    : { ...item, ...named, state: 'suspense', reason: verdict.reason };
}

/** @param moneyIn where the journal has the money now: on the account, or in suspense since it was read */
async function settle(
  ports: Ports,
  books: Books,
  item: BankItemRecord,
  { found }: Judged,
  moneyIn: string,
): Promise<void> {
  if (found.kind === 'payout') {
    const { provider, payoutId } = found.payout;
    await books.bank.setPaid(provider, payoutId);
    await books.journal.book(bookConfirmed(item, accounts.cardPayout(provider)));
    return;
  }
  if (found.kind !== 'payment') return;
  const { payment, partner } = found;
  if (payment.state === 'acknowledged') {
    const countered = payment.direction === 'out' ? accounts.bank : accounts.bankAdvised(partner);
    const book = moneyIn === accounts.bank ? bookConfirmed : bookRematched;
    await books.journal.book(book(item, countered));
    return;
  }
  const { paymentId, direction, currency, amountMinor } = payment;
  const entry = bookPayment(
    paymentId,
    direction,
    partner,
    { currency, minor: amountMinor },
    moneyIn,
  );
  const paidAtMs: InstantMs = item.bookedAtMs;
  await settleByStatement(ports, books, payment, { entry, paidAtMs, reference: item.reference });
}
