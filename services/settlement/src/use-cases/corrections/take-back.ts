import { reverse } from '../../journal/entries.js';
import type { Books, Ports } from '../../ports.js';
import { publishBill } from '../../publishing/publish-bill.js';
import type { CdrRecord } from '../../records.js';
import { proposeBillCredit } from '../bills/propose-bill-credit.js';
import { voidCharge } from '../bills/void-charge.js';

/** What was booked between the utilities for a CDR is booked the other way round. */
export async function reverseWholesale(
  books: Books,
  { cdr, role, state }: CdrRecord,
): Promise<void> {
  const { cdrId } = cdr.document;
  for (const key of [`cdr:${cdrId}:wholesale`, `cdr:${cdrId}:provider`]) {
    const booked = await books.journal.findLines(key);
    // home took a held CDR out of its books when it objected
    const isBooked = booked.length > 0 && !(role === 'home' && state === 'held');
    if (isBooked) {
      await books.journal.book(reverse(`${key}:credited`, 'the CDR was taken back', booked));
    }
  }
}

/**
 * What the driver was charged for a CDR: taken out of what waits for a bill; where it stands on a bill
 * already, a credit is made for it, which a person approves above the limit.
 */
export async function takeBackRetail(
  ports: Ports,
  books: Books,
  { cdr }: CdrRecord,
  reason: string,
): Promise<void> {
  const { cdrId, sessionId } = cdr.document;
  await books.holds.release('retail', sessionId, ports.clock.now());
  const charge = await books.bills.findCharge(cdrId);
  if (charge === null) return;
  if (charge.billId === null) {
    await voidCharge(ports, books, charge, `cdr:${cdrId}:retail:credited`);
    return;
  }
  const creditable = await books.corrections.lockCreditable(charge.billId);
  if (!creditable.some((one) => one.cdrId === cdrId)) return;
  const proposedBy = `${ports.utility}/settlement`;
  await proposeBillCredit(ports, books, charge.billId, [charge], { note: reason, proposedBy });
  await publishBill(ports, books, charge.billId);
}
