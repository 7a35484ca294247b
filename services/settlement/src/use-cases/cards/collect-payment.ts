import type { CardOrderRecord } from '../../cards/ports.js';
import type { Books, Consumer, Ports } from '../../ports.js';
import type { CdrDocument, RetailCharge } from '../../records.js';
import { authorizationKeyOf } from './authorize-card.js';
import { orderVoid } from './execute-card-order.js';

/**
 * A charge of a driver who pays by card or debit is in the books: the authorized card is captured with the
 * total and the rest of it given back, the debit is ordered at once. What cannot be taken stands on the bill.
 */
export async function collectPayment(
  ports: Ports,
  books: Books,
  cdr: CdrDocument,
  charge: RetailCharge,
  consumer: Consumer,
): Promise<void> {
  switch (cdr.mandate.document.paymentMode) {
    case 'creditCard':
      await capture(ports, books, cdr, charge);
      return;
    case 'debit':
      await debit(ports, books, cdr, charge, consumer);
      return;
    case 'postPaid':
    case 'prepaid':
      return;
  }
}

const orderOf = (
  cdr: CdrDocument,
  { consumerId, currency }: RetailCharge,
): Pick<CardOrderRecord, 'mandateId' | 'consumerId' | 'cdrId' | 'currency'> => ({
  mandateId: cdr.mandate.document.mandateId,
  consumerId,
  cdrId: cdr.cdrId,
  currency,
});

async function capture(
  ports: Ports,
  books: Books,
  cdr: CdrDocument,
  charge: RetailCharge,
): Promise<void> {
  const { mandateId } = cdr.mandate.document;
  const orders = await books.cards.lockMandate(mandateId);
  const isOver = orders.some(({ operation }) => operation === 'capture' || operation === 'void');
  const authorization = orders.find(({ key }) => key === authorizationKeyOf(mandateId));
  if (isOver || authorization?.state !== 'done') return;
  if (authorization.currency !== charge.currency) return;
  const { method, key, amountMinor: heldMinor } = authorization;
  const amountMinor = charge.totalMinor < heldMinor ? charge.totalMinor : heldMinor;
  const atMs = ports.clock.now();
  if (amountMinor > 0n) {
    await books.cards.add(
      {
        ...orderOf(cdr, charge),
        key: `${mandateId}:capture`,
        operation: 'capture',
        method,
        amountMinor,
        upon: key,
      },
      atMs,
    );
  }
  if (amountMinor < heldMinor) await orderVoid(books, authorization, atMs, cdr.cdrId);
}

async function debit(
  ports: Ports,
  books: Books,
  cdr: CdrDocument,
  charge: RetailCharge,
  { paymentMethod }: Consumer,
): Promise<void> {
  if (paymentMethod === undefined || charge.totalMinor <= 0n) return;
  await books.cards.add(
    {
      ...orderOf(cdr, charge),
      key: `${cdr.cdrId}:charge`,
      operation: 'charge',
      method: paymentMethod,
      amountMinor: charge.totalMinor,
      upon: null,
    },
    ports.clock.now(),
  );
}

/** What is taken for a CDR from a card or account; null where nothing is. */
export async function takenFor(books: Books, cdrId: string): Promise<CardOrderRecord | null> {
  const orders = await books.cards.ofCdr(cdrId);
  const taken = orders.find(
    ({ operation, state }) =>
      (operation === 'capture' || operation === 'charge') && state !== 'declined',
  );
  return taken ?? null;
}

/**
 * What is taken for a CDR from a card or account is given back to it, once it was taken.
 *
 * @returns false where nothing is taken that way
 */
export async function refundPayment(ports: Ports, books: Books, cdrId: string): Promise<boolean> {
  const taken = await takenFor(books, cdrId);
  if (taken === null) return false;
  await books.cards.add(
    { ...taken, key: `${cdrId}:refund`, operation: 'refund', upon: taken.key },
    ports.clock.now(),
  );
  return true;
}
