import { RoamgridError } from '@roamgrid/kernel';
import { bookRetail } from '../journal/entries.js';
import type { Books, Consumer, Ports } from '../ports.js';
import { rateRetail, type RetailRating } from '../pricing/retail.js';
import type { BillSession, CdrDocument, HeldReason, RetailCharge } from '../records.js';
import { collectPayment } from './cards/collect-payment.js';
import { feedCharge } from './feed/feed-charge.js';

export type RetailDecision =
  | { readonly outcome: 'rated'; readonly consumer: Consumer; readonly rating: RetailRating }
  | ({ readonly outcome: 'held' } & HeldReason);

/** What the driver owes for a session, or why that cannot be said yet. */
export function decideRetail(cdr: CdrDocument, consumer: Consumer | null): RetailDecision {
  if (consumer === null) {
    return { outcome: 'held', reason: 'consumer_unknown', detail: 'nobody has this pseudonym' };
  }
  try {
    return { outcome: 'rated', consumer, rating: rateRetail(cdr, consumer.currency) };
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return { outcome: 'held', reason: 'rating_refused', detail: `${error.code}: ${error.message}` };
  }
}

/** Books what a driver owes when the CDR is in the books; a prepaid balance pays at once, a card is asked to. */
export async function deliverRetail(
  ports: Ports,
  books: Books,
  cdr: CdrDocument,
  decision: RetailDecision,
): Promise<RetailCharge | null> {
  const atMs = ports.clock.now();
  if (decision.outcome === 'held') {
    await books.holds.hold('retail', {
      sessionId: cdr.sessionId,
      partner: cdr.visitedUtility,
      why: decision,
      content: { cdrId: cdr.cdrId },
      atMs,
    });
    return null;
  }
  const { consumer, rating } = decision;
  const isPrepaid = cdr.mandate.document.paymentMode === 'prepaid';
  const paidMinor = isPrepaid ? await takeCredit(books, cdr, decision, atMs) : 0n;
  const charge: RetailCharge = {
    cdrId: cdr.cdrId,
    sessionId: cdr.sessionId,
    consumerId: consumer.consumerId,
    cinMasked: consumer.cinMasked,
    currency: rating.total.currency,
    totalMinor: rating.total.minor,
    paidMinor,
    endAt: cdr.endAt,
    session: billedUnder(rating.session, consumer),
    billId: null,
  };
  await books.bills.addCharge(charge);
  await books.journal.book(
    bookRetail({
      cdrId: cdr.cdrId,
      consumerId: consumer.consumerId,
      currency: rating.figures.currency,
      exclTaxMinor: rating.exclTaxMinor,
      taxMinor: rating.taxMinor,
      total: rating.total,
      paidMinor,
    }),
  );
  await feedCharge(ports, books, charge);
  await collectPayment(ports, books, cdr, charge, consumer);
  return charge;
}

/** A bill says under which version of the contract; what was charged before there were contracts names none. */
function billedUnder(session: BillSession, { driverContract }: Consumer): BillSession {
  if (driverContract === null || driverContract === undefined) return session;
  return { ...session, driverContract };
}

/**
 * Ends the mandate's reservation and takes the charge off the balance: never more than it holds, and
 * never what another session has reserved.
 */
async function takeCredit(
  books: Books,
  cdr: CdrDocument,
  { consumer, rating }: Extract<RetailDecision, { outcome: 'rated' }>,
  atMs: number,
): Promise<bigint> {
  await books.credit.lockAccount(consumer.consumerId);
  await books.credit.close(cdr.mandate.document.mandateId, 'used');
  const account = await books.credit.lockAccount(consumer.consumerId);
  if (account?.currency !== rating.total.currency) return 0n;
  const availableMinor = account.balanceMinor - account.reservedMinor;
  const amountMinor = rating.total.minor < availableMinor ? rating.total.minor : availableMinor;
  if (amountMinor <= 0n) return 0n;
  const { consumerId } = consumer;
  const isTaken = await books.credit.charge(`cdr:${cdr.cdrId}`, consumerId, amountMinor, atMs);
  return isTaken ? amountMinor : 0n;
}
