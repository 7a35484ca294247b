import type { SignedBillCredit } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money } from '@roamgrid/kernel';
import type { BillCreditRecord } from '../../correction-ports.js';
import { numberOf, seriesOf } from '../../documents/numbers.js';
import type { Books, Ports } from '../../ports.js';
import { requireBill } from './require-bill.js';
import { voidCharge } from './void-charge.js';

/** Signs the credit and books it: revenue and tax the other way round, session by session. */
export async function issueBillCredit(
  ports: Ports,
  books: Books,
  credit: BillCreditRecord,
  approvedBy: string | null,
): Promise<BillCreditRecord> {
  const signed = await ports.signer.sign(await draft(ports, books, credit, approvedBy));
  await books.corrections.signBillCredit(signed);
  for (const charge of await books.bills.findCharges(credit.cdrIds)) {
    const key = `bill-credit:${credit.billCreditId}:${charge.cdrId}`;
    await voidCharge(ports, books, charge, key);
  }
  return { ...credit, signed };
}

async function draft(
  ports: Ports,
  books: Books,
  credit: BillCreditRecord,
  approvedBy: string | null,
): Promise<SignedBillCredit['document']> {
  const bill = await requireBill(books, credit.billId);
  const charges = await books.bills.findCharges(credit.cdrIds);
  const text = (minor: bigint): string => formatMoney(money(credit.currency, minor));
  const issuedAt = formatInstant(ports.clock.now());
  const count = await books.invoices.nextNumber(seriesOf('billCredit', issuedAt));
  return {
    type: 'billCredit',
    schemaVersion: 1,
    billCreditId: credit.billCreditId,
    number: numberOf('billCredit', ports.utility, issuedAt, count),
    billId: credit.billId,
    billHash: bill.documentHash,
    homeUtility: ports.utility,
    consumerId: bill.document.consumerId,
    currency: credit.currency,
    lines: charges.map(({ sessionId, cdrId, totalMinor }) => ({
      sessionId,
      cdrId,
      totalInclTax: text(totalMinor),
    })),
    totalInclTax: text(credit.totalMinor),
    backToBalance: text(charges.reduce((sum, { paidMinor }) => sum + paidMinor, 0n)),
    reason: credit.note,
    proposedBy: credit.proposedBy,
    approvedBy,
    issuedAt,
  };
}
