import { money } from '@roamgrid/kernel';
import type { CardOrderRecord, CardOutcome } from '../../cards/ports.js';
import { bookCardPayment } from '../../journal/card-entries.js';
import type { Books, Ports } from '../../ports.js';
import { publishBill } from '../../publishing/publish-bill.js';
import { feedPayment } from '../feed/feed-charge.js';

const FIRST_PAUSE_MS = 1_000;
const GREATEST_PAUSE_MS = 60_000;
const DOUBLINGS = 6;
const DETAIL_CHARACTERS = 300;
const BATCH = 20;
/** a card is not held for longer than this for a charge of which nothing was heard */
const AUTHORIZATION_HOLDS_MS = 7 * 86_400_000;

type Attempt = CardOutcome | { readonly outcome: 'unknown'; readonly reason: string };

/** Carries out one order, or asks by its key what became of it; gives what is known now. */
export async function executeCardOrder(ports: Ports, order: CardOrderRecord): Promise<Attempt> {
  const attempt = await attemptOrder(ports, order);
  await ports.work.run((books) => keep(ports, books, order.key, attempt));
  return attempt;
}

/** Orders that are due, one after another. */
export async function executeDueCardOrders(ports: Ports): Promise<void> {
  const due = await ports.work.run((books) => books.cards.due(ports.clock.now(), BATCH));
  for (const order of due) await executeCardOrder(ports, order);
}

/** Gives back authorizations that no charge came for. */
export async function voidForgotten(ports: Ports): Promise<void> {
  const nowMs = ports.clock.now();
  const boundMs = nowMs - AUTHORIZATION_HOLDS_MS;
  await ports.work.run(async (books) => {
    for (const authorization of await books.cards.forgotten(boundMs, BATCH)) {
      await orderVoid(books, authorization, nowMs);
    }
  });
}

/**
 * What an authorization still holds is given back; once.
 *
 * @param cdrId of the charge that took the rest
 */
export async function orderVoid(
  books: Books,
  authorization: CardOrderRecord,
  atMs: number,
  cdrId: string | null = null,
): Promise<void> {
  const { mandateId, consumerId, method, currency, amountMinor, key } = authorization;
  await books.cards.add(
    {
      key: `${mandateId}:void`,
      operation: 'void',
      method,
      currency,
      amountMinor,
      upon: key,
      mandateId,
      consumerId,
      cdrId,
    },
    atMs,
  );
}

async function attemptOrder(ports: Ports, order: CardOrderRecord): Promise<Attempt> {
  try {
    const known = order.attempts > 0 ? await ports.paymentGateway.find(order.key) : null;
    return known ?? (await ports.paymentGateway.execute(order));
  } catch (error) {
    return { outcome: 'unknown', reason: String(error).slice(0, DETAIL_CHARACTERS) };
  }
}

async function keep(ports: Ports, books: Books, key: string, attempt: Attempt): Promise<void> {
  const order = await books.cards.find(key);
  if (order === null || order.state === 'done' || order.state === 'declined') return;
  const nowMs = ports.clock.now();
  const doublings = Math.min(order.attempts, DOUBLINGS);
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** doublings, GREATEST_PAUSE_MS);
  await books.cards.conclude(
    key,
    {
      state: attempt.outcome,
      reference: attempt.outcome === 'done' ? attempt.reference : null,
      detail: attempt.outcome === 'done' ? null : attempt.reason,
    },
    nowMs + pauseMs,
  );
  if (attempt.outcome === 'done') await bookPaid(ports, books, order);
  if (order.cdrId !== null) await publishCharge(ports, books, order.cdrId);
}

async function publishCharge(ports: Ports, books: Books, cdrId: string): Promise<void> {
  const charge = await books.bills.findCharge(cdrId);
  if (charge !== null && charge.billId !== null) await publishBill(ports, books, charge.billId);
}

/** A capture or charge pays what the driver owes for a CDR; a refund gives it back. */
async function bookPaid(ports: Ports, books: Books, order: CardOrderRecord): Promise<void> {
  const { key, operation, consumerId, cdrId, currency, amountMinor } = order;
  if (cdrId === null || operation === 'authorize' || operation === 'void') return;
  const isRefund = operation === 'refund';
  const amount = money(currency, isRefund ? -amountMinor : amountMinor);
  await books.journal.book(bookCardPayment(key, consumerId, amount));
  await feedPayment(ports, books, { cdrId, orderKey: key, takenMinor: amount.minor });
  if (!isRefund) await books.cards.addPaid(cdrId, amountMinor);
}
