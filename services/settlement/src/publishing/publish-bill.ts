import { formatMoney, money } from '@roamgrid/kernel';
import type { Books, Ports } from '../ports.js';
import { publishView } from './project.js';

/** Publishes a bill as it stands in the books now, with the credits for it. */
export async function publishBill(ports: Ports, books: Books, billId: string): Promise<void> {
  const bill = await books.corrections.findBill(billId);
  if (bill === null) return;
  const { currency, issuedAt, lines } = bill.document;
  const credits = await books.corrections.billCreditsOf(billId);
  const sumMinor = credits.reduce(
    (sum, { signed, totalMinor }) => (signed === null ? sum : sum + totalMinor),
    0n,
  );
  const creditedLines = credits.flatMap(({ cdrIds }) => cdrIds).length;
  const isProposed = credits.some(({ signed }) => signed === null);
  publishView(books, ports.utility, {
    kind: 'bill',
    id: billId,
    sortAt: issuedAt,
    data: {
      ...bill,
      billId,
      credited: formatMoney(money(currency, sumMinor)),
      credits: credits.map((credit) => ({
        billCreditId: credit.billCreditId,
        state: credit.signed === null ? 'proposed' : 'issued',
        totalInclTax: formatMoney(money(currency, credit.totalMinor)),
        reason: credit.note,
        proposedBy: credit.proposedBy,
        ...credit.signed,
      })),
      availableActions: [
        ...(creditedLines < lines.length ? ['credit'] : []),
        ...(isProposed ? ['approveCredit'] : []),
      ],
    },
  });
}
