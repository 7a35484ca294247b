import type { authorizeCard as contract, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatMoney, money, parseMoney } from '@roamgrid/kernel';
import type { CardOrderRecord } from '../../cards/ports.js';
import type { Books, Ports } from '../../ports.js';
import { executeCardOrder, orderVoid } from './execute-card-order.js';

type Request = RequestOf<typeof contract>;
type Reply = ReplyOf<typeof contract>;

const REFUSED: Reply = { decision: 'refused', reason: 'credit_exhausted' };

/**
 * Authorizes a card for a mandate's cap. The order is in the books before it is sent. Declined is refused, and
 * so is an answer that does not come: nobody charges on a card of which nobody knows.
 */
export async function authorizeCard(ports: Ports, request: Request): Promise<Reply> {
  const order = await ports.work.run((books) => orderOnce(ports, books, request));
  switch (order.state) {
    case 'done':
      return authorized(order);
    case 'declined':
      return REFUSED;
    case 'ordered':
    case 'unknown': {
      const { outcome } = await executeCardOrder(ports, order);
      return outcome === 'done' ? authorized(order) : REFUSED;
    }
  }
}

function authorized({ currency, amountMinor }: CardOrderRecord): Reply {
  return { decision: 'authorized', amount: formatMoney(money(currency, amountMinor)) };
}

export const authorizationKeyOf = (mandateId: string): string => `${mandateId}:authorize`;

async function orderOnce(
  ports: Ports,
  books: Books,
  { mandateId, consumerId, paymentMethod, currency, amount }: Request,
): Promise<CardOrderRecord> {
  const key = authorizationKeyOf(mandateId);
  await books.cards.add(
    {
      key,
      operation: 'authorize',
      method: paymentMethod,
      currency,
      amountMinor: parseMoney(amount, currency).minor,
      upon: null,
      mandateId,
      consumerId,
      cdrId: null,
    },
    ports.clock.now(),
  );
  const order = await books.cards.find(key);
  if (order === null) throw new RangeError('the order was not kept');
  return order;
}

/** No charge will come under the mandate: what its card is held for is given back. */
export async function releaseCard(ports: Ports, books: Books, mandateId: string): Promise<void> {
  const orders = await books.cards.lockMandate(mandateId);
  const authorization = orders.find(({ operation }) => operation === 'authorize');
  if (authorization === undefined || authorization.state === 'declined') return;
  if (orders.some(({ operation }) => operation === 'capture')) return;
  await orderVoid(books, authorization, ports.clock.now());
}
