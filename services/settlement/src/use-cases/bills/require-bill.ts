import type { SignedBill } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Books } from '../../ports.js';

/** @throws RoamgridError `not_found` */
export async function requireBill(books: Books, billId: string): Promise<SignedBill> {
  const bill = await books.corrections.findBill(billId);
  if (bill === null) throw new RoamgridError('not_found', 'no such bill');
  return bill;
}
