import type { SignedBillCredit } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money } from '@roamgrid/kernel';
import type { BillCreditRecord } from '../../correction-ports.js';
import { numberOf, seriesOf } from '../../documents/numbers.js';
import type { Books, Ports } from '../../ports.js';
import type { RetailCharge } from '../../records.js';
import { takenFor } from '../cards/collect-payment.js';
import { feedBillCredit } from '../feed/feed-bill.js';
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
  const charges = await books.bills.findCharges(credit.cdrIds);
  for (const charge of charges) {
    const key = `bill-credit:${credit.billCreditId}:${charge.cdrId}`;
    await voidCharge(ports, books, charge, key);
  }
  await feedBillCredit(ports, books, signed, charges);
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
    ...(await givenBack(books, charges)),
    reason: credit.note,
    proposedBy: credit.proposedBy,
    approvedBy,
    issuedAt,
  };
}

/** What was paid already goes back to where it came from. */
async function givenBack(
  books: Books,
  charges: readonly RetailCharge[],
): Promise<Pick<SignedBillCredit['document'], 'backToBalance' | 'refunded'>> {
  let balanceMinor = 0n;
  let cardMinor = 0n;
  for (const { cdrId, paidMinor } of charges) {
    if ((await takenFor(books, cdrId)) === null) balanceMinor += paidMinor;
    else cardMinor += paidMinor;
  }
  const currency = charges[0]?.currency;
  if (currency === undefined) throw new RangeError('a credit has at least one line');
  return {
    backToBalance: formatMoney(money(currency, balanceMinor)),
    refunded: formatMoney(money(currency, cardMinor)),
  };
}
