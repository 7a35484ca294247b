import type { BillDocument, SignedBill } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { numberOf, seriesOf } from '../documents/numbers.js';
import type { Books, Ports } from '../ports.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { publishBill } from '../publishing/publish-bill.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import type { RetailCharge } from '../records.js';
import { feedBill } from './feed/feed-bill.js';
import { retryHeldCharges, retryHeldRetail } from './retry-held.js';

/**
 * Makes one consolidated bill per consumer over the charges whose session ended in [from, to) and that stand
 * on no bill. Running it again makes no second bill.
 *
 * @throws RoamgridError `unprocessable` for a period that ends before it begins
 */
export async function issueBills(ports: Ports, from: string, to: string): Promise<SignedBill[]> {
  if (parseInstant(from) >= parseInstant(to)) {
    throw new RoamgridError('unprocessable', 'the period ends before it begins');
  }
  await retryHeldCharges(ports, ports.utility);
  await retryHeldRetail(ports);
  return ports.work.run(async (books) => {
    const bills: SignedBill[] = [];
    for (const charges of byAccount(await books.bills.unbilled(from, to))) {
      bills.push(await issueBill(ports, books, { from, to, charges }));
    }
    return bills;
  });
}

/** Charges come ordered by consumer and currency; each run of one is one bill. */
function byAccount(charges: readonly RetailCharge[]): RetailCharge[][] {
  const accounts = new Map<string, RetailCharge[]>();
  for (const charge of charges) {
    const key = JSON.stringify([charge.consumerId, charge.currency]);
    const account = accounts.get(key);
    if (account === undefined) accounts.set(key, [charge]);
    else account.push(charge);
  }
  return [...accounts.values()];
}

interface BillPlan {
  readonly from: string;
  readonly to: string;
  /** of one consumer and currency; at least one */
  readonly charges: readonly RetailCharge[];
}

async function issueBill(ports: Ports, books: Books, plan: BillPlan): Promise<SignedBill> {
  const bill = await ports.signer.sign(await draft(ports, books, plan));
  const { billId, issuedAt } = bill.document;
  const cdrIds = plan.charges.map(({ cdrId }) => cdrId);
  await books.bills.add(bill, cdrIds);
  await republishCdrs(books, ports.utility, cdrIds);
  for (const { sessionId } of plan.charges) {
    publishStep(books, ports.utility, {
      sessionId,
      step: 'bill',
      occurrence: billId,
      from: settlementOf(ports.utility),
      to: 'driver',
      at: issuedAt,
      documentHash: bill.documentHash,
    });
  }
  await feedBill(ports, books, bill);
  await publishBill(ports, books, billId);
  return bill;
}

async function draft(ports: Ports, books: Books, plan: BillPlan): Promise<BillDocument> {
  const { charges } = plan;
  const [first] = charges;
  if (first === undefined) throw new RangeError('a bill has at least one line');
  const { currency, consumerId } = first;
  const issuedAt = formatInstant(ports.clock.now());
  const count = await books.invoices.nextNumber(seriesOf('bill', issuedAt));
  const totalMinor = charges.reduce((sum, charge) => sum + charge.totalMinor, 0n);
  const paidMinor = charges.reduce((sum, charge) => sum + charge.paidMinor, 0n);
  const text = (minor: bigint): string => formatMoney(money(currency, minor));
  return {
    type: 'bill',
    schemaVersion: 1,
    billId: ports.ids.uuid(),
    number: numberOf('bill', ports.utility, issuedAt, count),
    homeUtility: ports.utility,
    consumerId,
    currency,
    from: plan.from,
    to: plan.to,
    lines: charges.map(({ session }) => session),
    totalInclTax: text(totalMinor),
    alreadyPaid: text(paidMinor),
    amountDue: text(totalMinor - paidMinor),
    issuedAt,
  };
}
