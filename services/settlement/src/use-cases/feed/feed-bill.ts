import type { SignedBill, SignedBillCredit } from '@roamgrid/contracts';
import { money, parseMoney } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import type { RetailCharge } from '../../records.js';
import { untoldMinor } from './feed-charge.js';

/**
 * A bill leaves for the customer billing system in the transaction that issues it. Its charges were told one by
 * one, so that it adds nothing to what is collected.
 */
export async function feedBill(ports: Ports, books: Books, bill: SignedBill): Promise<void> {
  const { billId, consumerId, currency, amountDue, lines } = bill.document;
  const charges = await books.bills.findCharges(lines.map(({ cdrId }) => cdrId));
  await books.feed.add(
    {
      key: `bill:${billId}`,
      kind: 'bill',
      billId,
      cdrId: null,
      consumerId,
      due: money(currency, parseMoney(amountDue, currency).minor),
      collectMinor: await untoldMinor(books, charges),
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
  charges: readonly RetailCharge[],
): Promise<void> {
  const givenBackMinor = charges.reduce((sum, { paidMinor }) => sum + paidMinor, 0n);
  const { billCreditId, billId, consumerId, currency, totalInclTax } = credit.document;
  const total = parseMoney(totalInclTax, currency).minor;
  await books.feed.add(
    {
      key: `billCredit:${billCreditId}`,
      kind: 'billCredit',
      billId,
      cdrId: null,
      consumerId,
      due: money(currency, givenBackMinor - total),
      collectMinor: -(await untoldMinor(books, charges)),
      signed: credit,
    },
    ports.clock.now(),
  );
}
