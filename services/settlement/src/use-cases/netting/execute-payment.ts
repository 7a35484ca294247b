import { receivePayment, type SignedPaymentAdvice } from '@roamgrid/contracts';
import { formatMoney, money } from '@roamgrid/kernel';
import { bookPayment } from '../../journal/settlement-entries.js';
import { endToEndIdOf } from '../../bank/judge-entry.js';
import type { PaymentOrder, PaymentOutcome } from '../../netting/ports.js';
import type { PaymentRecord, SettlementRecord } from '../../netting/records.js';
import { settlementAfter, type SettlementEvent } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import type { JournalEntry } from '../../records.js';
import { recordPayment } from '../../posting/settlement-transactions.js';
import { publishSettlement, requireSettlement } from '../../publishing/settlement-view.js';
import { settleInvoices } from './conclude-agreement.js';

const FIRST_PAUSE_MS = 1_000;
const GREATEST_PAUSE_MS = 60_000;
const DOUBLINGS = 6;
const DETAIL_CHARACTERS = 300;
const BATCH = 20;

interface Order {
  readonly payment: PaymentRecord;
  readonly record: SettlementRecord;
}

/** Carries out one payment order, or asks by its key what became of it. */
export async function executePayment(ports: Ports, paymentId: string): Promise<void> {
  const order = await ports.work.run((books) => find(books, paymentId));
  if (order === null) return;
  const outcome = await attempt(ports, order);
  if (outcome.outcome === 'acknowledged') await acknowledge(ports, order, outcome);
  else if (outcome.outcome === 'accepted')
    await ports.work.run((books) => accept(ports, books, order, outcome));
  else await ports.work.run((books) => keepOpen(ports, books, order, outcome));
}

/** Orders whose answer is missing and that are due. */
export async function executeDuePayments(ports: Ports): Promise<void> {
  const due = await ports.work.run((books) => books.payments.due(ports.clock.now(), BATCH));
  for (const { paymentId } of due) await executePayment(ports, paymentId);
}

async function find(books: Books, paymentId: string): Promise<Order | null> {
  const payment = await books.payments.find(paymentId);
  const isOpen = payment?.state === 'instructed' || payment?.state === 'unknown';
  if (payment === null || !isOpen) return null;
  return { payment, record: await requireSettlement(books, payment.settlementId) };
}

type Attempt = PaymentOutcome | { readonly outcome: 'unknown'; readonly reason: string };

async function attempt(ports: Ports, { payment, record }: Order): Promise<Attempt> {
  const { document } = record.settlement;
  const order: PaymentOrder = {
    key: payment.paymentId,
    endToEndId: endToEndIdOf(payment.paymentId),
    payee: record.partner,
    currency: payment.currency,
    amountMinor: payment.amountMinor,
    remittance: `settlement ${String(document.sequence)} of ${document.parties.join(' and ')}`,
  };
  try {
    const known = payment.attempts > 0 ? await ports.paymentOrders.find(order.key) : null;
    return known ?? (await ports.paymentOrders.instruct(order));
  } catch (error) {
    return { outcome: 'unknown', reason: String(error).slice(0, DETAIL_CHARACTERS) };
  }
}

async function acknowledge(
  ports: Ports,
  order: Order,
  { reference, at }: Extract<PaymentOutcome, { outcome: 'acknowledged' }>,
): Promise<void> {
  await ports.work.run(async (books) => {
    const { settlementId } = order.payment;
    const record = await books.settlements.lock(settlementId);
    if (record?.state !== 'paying') return;
    const { paymentId, currency, amountMinor } = order.payment;
    const amount = money(currency, amountMinor);
    const entry = bookPayment(paymentId, 'out', record.partner, amount);
    await concludePayment(ports, books, { ...order, record }, { reference, at, entry });
  });
}

/** The bank has the order; its statement will show the payment. */
async function accept(
  ports: Ports,
  books: Books,
  { payment, record }: Order,
  { reference }: Extract<PaymentOutcome, { outcome: 'accepted' }>,
): Promise<void> {
  const { settlementId } = record.settlement.document;
  const locked = await books.settlements.lock(settlementId);
  // a statement may have been quicker
  if (locked?.state !== 'paying') return;
  await books.payments.conclude(payment.paymentId, { state: 'accepted', reference });
  await publishSettlement(ports, books, settlementId);
}

export interface Executed {
  readonly reference: string;
  readonly at: string;
  readonly entry: JournalEntry;
}

/** Our bank has paid: in the books, and told to the payee in a signed advice. */
export async function concludePayment(
  ports: Ports,
  books: Books,
  { payment, record }: Order,
  { reference, at, entry }: Executed,
): Promise<void> {
  const { document, documentHash } = record.settlement;
  const { paymentId, settlementId, currency, amountMinor } = payment;
  const advice: SignedPaymentAdvice = await ports.signer.sign({
    type: 'paymentAdvice' as const,
    schemaVersion: 1 as const,
    paymentId,
    settlementId,
    settlementHash: documentHash,
    payer: ports.utility,
    payee: record.partner,
    currency: document.currency,
    amount: formatMoney(money(currency, amountMinor)),
    reference,
    paidAt: at,
  });
  await books.payments.conclude(paymentId, { state: 'acknowledged', reference, advice });
  await settlePaid(ports, books, record, { advice, event: 'acknowledge', entry });
  books.send(receivePayment, record.partner, { advice }, `settlement:${settlementId}`);
}

export interface Paid {
  readonly advice: SignedPaymentAdvice;
  readonly event: SettlementEvent;
  readonly entry: JournalEntry;
}

/** The payment is a fact on this side: journal, state, invoices, and the intent for the ledger. */
export async function settlePaid(
  ports: Ports,
  books: Books,
  { settlement, partner, state }: SettlementRecord,
  { advice, event, entry }: Paid,
): Promise<void> {
  const { settlementId } = settlement.document;
  await books.journal.book(entry);
  await books.settlements.setState(settlementId, settlementAfter(state, event));
  await settleInvoices(ports, books, settlementId);
  const pairSecret = ports.pairSecretOf(partner);
  const on = { caller: ports.utility, partner, pairSecret };
  await books.intents.add(settlementId, recordPayment(on, advice));
  await publishSettlement(ports, books, settlementId);
}

async function keepOpen(
  ports: Ports,
  books: Books,
  { payment, record }: Order,
  attempted: Exclude<Attempt, { outcome: 'acknowledged' | 'accepted' }>,
): Promise<void> {
  const { settlementId } = record.settlement.document;
  const locked = await books.settlements.lock(settlementId);
  if (locked?.state !== 'paying') return;
  const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(payment.attempts, DOUBLINGS);
  await books.payments.conclude(payment.paymentId, {
    state: attempted.outcome,
    detail: attempted.reason,
    nextAttemptAtMs: ports.clock.now() + Math.min(pauseMs, GREATEST_PAUSE_MS),
  });
  if (attempted.outcome === 'rejected') {
    await books.settlements.setState(settlementId, settlementAfter(locked.state, 'reject'));
  }
  await publishSettlement(ports, books, settlementId);
}
