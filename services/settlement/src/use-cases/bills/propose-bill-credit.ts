import type { Money } from '@roamgrid/kernel';
import { money, parseMoney } from '@roamgrid/kernel';
import type { BillCreditRecord, Proposal } from '../../correction-ports.js';
import type { Books, Ports } from '../../ports.js';
import type { RetailCharge } from '../../records.js';
import { issueBillCredit } from './issue-bill-credit.js';

/** Where the utility has set no limit of its own: whole units of whatever the bill is in. */
const ONE_PERSON_UP_TO = '25';

async function needsTwo(books: Books, { currency, minor }: Money): Promise<boolean> {
  const ownMinor = await books.approvals.onePersonUpTo(currency);
  return minor > (ownMinor ?? parseMoney(ONE_PERSON_UP_TO, currency).minor);
}

/**
 * Credits sessions of a bill at once, or proposes it where the amount needs a second person. The bill is
 * locked, and none of the charges was credited before.
 */
export async function proposeBillCredit(
  ports: Ports,
  books: Books,
  billId: string,
  charges: readonly RetailCharge[],
  proposal: Proposal,
): Promise<BillCreditRecord> {
  const [first] = charges;
  if (first === undefined) throw new RangeError('a credit has at least one line');
  const credit: BillCreditRecord = {
    ...proposal,
    billCreditId: ports.ids.uuid(),
    billId,
    currency: first.currency,
    totalMinor: charges.reduce((sum, { totalMinor }) => sum + totalMinor, 0n),
    cdrIds: charges.map(({ cdrId }) => cdrId).sort(),
    signed: null,
  };
  await books.corrections.proposeBillCredit(credit, ports.clock.now());
  if (await needsTwo(books, money(credit.currency, credit.totalMinor))) return credit;
  return issueBillCredit(ports, books, credit, null);
}
