import type {
  approveBillCredit as approveContract,
  BillCreditView,
  creditBill as creditContract,
  RequestOf,
} from '@roamgrid/contracts';
import { formatMoney, money, RoamgridError } from '@roamgrid/kernel';
import type { BillCreditRecord } from '../../correction-ports.js';
import type { Books, Ports } from '../../ports.js';
import { publishBill } from '../../publishing/publish-bill.js';
import type { RetailCharge } from '../../records.js';
import { issueBillCredit } from './issue-bill-credit.js';
import { proposeBillCredit } from './propose-bill-credit.js';
import { requireBill } from './require-bill.js';

/**
 * Home's staff gives a driver back what a bill says for some of its sessions, or for all that was not
 * credited before. Above the limit it waits for a second person.
 *
 * @throws RoamgridError `not_found`; `unprocessable` for a session that is not on the bill; `state_conflict`
 *   for one that was credited, or where nothing is left
 */
export async function creditBill(
  ports: Ports,
  { billId, sessionIds, reason, by }: RequestOf<typeof creditContract>,
): Promise<BillCreditView> {
  return ports.work.run(async (books) => {
    await requireBill(books, billId);
    const creditable = await books.corrections.lockCreditable(billId);
    const charges = await chosen(books, billId, creditable, sessionIds);
    const proposal = { note: reason, proposedBy: by };
    return conclude(ports, books, await proposeBillCredit(ports, books, billId, charges, proposal));
  });
}

/**
 * A second person approves; again, the same answer.
 *
 * @throws RoamgridError `not_found`; `four_eyes` for the person who proposed it
 */
export async function approveBillCredit(
  ports: Ports,
  { billId, billCreditId, by }: RequestOf<typeof approveContract>,
): Promise<BillCreditView> {
  return ports.work.run(async (books) => {
    const credit = await books.corrections.findBillCredit(billCreditId);
    if (credit?.billId !== billId) throw new RoamgridError('not_found', 'no such credit');
    if (credit.signed !== null) return viewOf(credit);
    if (credit.proposedBy === by) {
      throw new RoamgridError('four_eyes', 'another person must approve this credit');
    }
    return conclude(ports, books, await issueBillCredit(ports, books, credit, by));
  });
}

async function chosen(
  books: Books,
  billId: string,
  creditable: readonly RetailCharge[],
  sessionIds: readonly string[] | null,
): Promise<readonly RetailCharge[]> {
  if (sessionIds === null) {
    if (creditable.length > 0) return creditable;
    throw new RoamgridError('state_conflict', 'all of this bill was credited');
  }
  const { lines } = (await requireBill(books, billId)).document;
  return [...new Set(sessionIds)].map((sessionId) => {
    const charge = creditable.find((one) => one.sessionId === sessionId);
    if (charge !== undefined) return charge;
    const isOnBill = lines.some((line) => line.sessionId === sessionId);
    throw isOnBill
      ? new RoamgridError('state_conflict', `session ${sessionId} was credited before`)
      : new RoamgridError('unprocessable', `session ${sessionId} is not on this bill`);
  });
}

async function conclude(
  ports: Ports,
  books: Books,
  credit: BillCreditRecord,
): Promise<BillCreditView> {
  await publishBill(ports, books, credit.billId);
  return viewOf(credit);
}

export function viewOf(credit: BillCreditRecord): BillCreditView {
  return {
    billCreditId: credit.billCreditId,
    billId: credit.billId,
    state: credit.signed === null ? 'proposed' : 'issued',
    currency: credit.currency,
    totalInclTax: formatMoney(money(credit.currency, credit.totalMinor)),
    reason: credit.note,
    proposedBy: credit.proposedBy,
    signed: credit.signed,
  };
}
