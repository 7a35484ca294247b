import type { SettlementView } from '@roamgrid/contracts';
import { parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { SettlementRecord } from '../../netting/records.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import {
  publishSettlement,
  requireSettlement,
  viewSettlement,
} from '../../publishing/settlement-view.js';
import { waitForDelivery } from '../close-period.js';
import { executePayment } from './execute-payment.js';

/**
 * The payer orders the payment of a settlement at its bank. The order is in the books before it is sent;
 * asked again it is the same order, and an answer that was lost is asked for by the order's key.
 *
 * @throws RoamgridError `not_found`; `state_conflict` where the settlement is not signed by both, where the
 *   partner is to pay, or nobody
 */
export async function paySettlement(ports: Ports, settlementId: string): Promise<SettlementView> {
  const paymentId = await ports.work.run((books) => order(ports, books, settlementId));
  if (paymentId !== null) await executePayment(ports, paymentId);
  await waitForDelivery(ports);
  return ports.work.run(async (books) =>
    viewSettlement(ports, books, await requireSettlement(books, settlementId)),
  );
}

/** Every condition of a payment. @throws RoamgridError `state_conflict` naming the one that is not met */
function checkConditions(ports: Ports, { settlement }: SettlementRecord): void {
  const { payer } = settlement.document;
  if (payer === null) throw new RoamgridError('state_conflict', 'nothing is left to pay');
  if (payer !== ports.utility) {
    throw new RoamgridError('state_conflict', `${payer} is to pay this settlement`);
  }
}

/** @returns the payment to carry out; null where it was acknowledged before */
async function order(ports: Ports, books: Books, settlementId: string): Promise<string | null> {
  const record = await books.settlements.lock(settlementId);
  if (record === null) throw new RoamgridError('not_found', 'no such settlement');
  checkConditions(ports, record);
  const live = (await books.payments.ofSettlement(settlementId)).find(
    ({ state }) => state !== 'rejected' && state !== 'returned',
  );
  if (live !== undefined) return live.state === 'acknowledged' ? null : live.paymentId;
  const next = settlementAfter(record.state, 'instruct');
  const { currency, amount } = record.settlement.document;
  const paymentId = ports.ids.uuid();
  await books.payments.add({
    paymentId,
    settlementId,
    direction: 'out',
    state: 'instructed',
    currency,
    amountMinor: parseMoney(amount, currency).minor,
    through: ports.paymentOrders.name,
    reference: null,
    detail: null,
    advice: null,
    atMs: ports.clock.now(),
  });
  await books.settlements.setState(settlementId, next);
  await publishSettlement(ports, books, settlementId);
  return paymentId;
}
