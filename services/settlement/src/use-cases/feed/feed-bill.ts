import type { SignedBill, SignedBillCredit } from '@roamgrid/contracts';
import { money, parseMoney } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';

/** A bill leaves for the customer billing system in the transaction that issues it. */
export async function feedBill(ports: Ports, books: Books, bill: SignedBill): Promise<void> {
  const { billId, consumerId, currency, amountDue } = bill.document;
  await books.feed.add(
    {
      key: `bill:${billId}`,
      kind: 'bill',
      billId,
      consumerId,
      due: money(currency, parseMoney(amountDue, currency).minor),
      signed: bill,
    },
    ports.clock.now(),
  );
}

/** What is given back on a bill, and was not given back to a balance or a card, follows the bill. */
export async function feedBillCredit(
  ports: Ports,
  books: Books,
  credit: SignedBillCredit,
  givenBackMinor: bigint,
): Promise<void> {
  const { billCreditId, billId, consumerId, currency, totalInclTax } = credit.document;
  const total = parseMoney(totalInclTax, currency).minor;
  await books.feed.add(
    {
      key: `billCredit:${billCreditId}`,
      kind: 'billCredit',
      billId,
      consumerId,
      due: money(currency, givenBackMinor - total),
      signed: credit,
    },
    ports.clock.now(),
  );
}
