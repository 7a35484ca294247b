import { formatMoney, money } from '@roamgrid/kernel';
import type { Books, Ports } from '../ports.js';
import { feedView } from './feed-view.js';
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
  const feed = await viewFeed(books, billId);
  const payments = await viewPayments(books, lines);
  publishView(books, ports.utility, {
    kind: 'bill',
    id: billId,
    sortAt: issuedAt,
    data: {
      ...bill,
      billId,
      ...feed,
      payments,
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

/** How far the bill, and what was given back on it, have come to the utility's customer billing. */
async function viewFeed(books: Books, billId: string): Promise<Record<string, unknown>> {
  const entries = (await books.feed.ofBill(billId)).map(feedView);
  const own = entries.find(({ kind }) => kind === 'bill');
  return own === undefined ? {} : { feed: own, creditFeeds: entries.filter((one) => one !== own) };
}

/** What was asked of the payment provider for the sessions of a bill. */
async function viewPayments(
  books: Books,
  lines: readonly { readonly cdrId: string; readonly sessionId: string }[],
): Promise<Record<string, unknown>[]> {
  const payments: Record<string, unknown>[] = [];
  for (const { cdrId, sessionId } of lines) {
    for (const order of await books.cards.ofCdr(cdrId)) {
      const { operation, state, currency, amountMinor, reference, detail } = order;
      const amount = formatMoney(money(currency, amountMinor));
      payments.push({ sessionId, operation, state, currency, amount, reference, detail });
    }
  }
  return payments;
}
