import { formatInstant } from '@roamgrid/kernel';
import { reverse } from '../../journal/entries.js';
import type { Books, Ports } from '../../ports.js';
import type { RetailCharge } from '../../records.js';
import { refundPayment } from '../cards/collect-payment.js';
import { feedReversal } from '../feed/feed-charge.js';

/** The driver does not owe it any more; what a balance or a card paid goes back to it. */
export async function voidCharge(
  ports: Ports,
  books: Books,
  charge: RetailCharge,
  naturalKey: string,
): Promise<void> {
  const { cdrId, consumerId, paidMinor } = charge;
  const atMs = ports.clock.now();
  const booked = await books.journal.findLines(`cdr:${cdrId}:retail`);
  const description = `given back to a consumer on ${formatInstant(atMs)}`;
  await books.journal.book(reverse(naturalKey, description, booked));
  const isRefunded = await refundPayment(ports, books, cdrId);
  if (!isRefunded && paidMinor > 0n) {
    await books.credit.deposit(naturalKey, consumerId, paidMinor, atMs);
  }
  await books.corrections.voidCharge(cdrId, atMs);
  await feedReversal(ports, books, charge);
}
