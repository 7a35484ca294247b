import type { CardPayoutView, readCardPayout as contract, RequestOf } from '@roamgrid/contracts';
import { formatInstant, parseInstant, parseMoney, RoamgridError } from '@roamgrid/kernel';
import { checkPayout } from '../../bank/check-statement.js';
import type { BankItemRecord, BankReason, PayoutHead } from '../../bank/ports.js';
import { bookPayout } from '../../journal/bank-entries.js';
import type { Books, Ports } from '../../ports.js';
import { viewItem } from '../../publishing/bank-view.js';

type Request = RequestOf<typeof contract>;

/**
 * Takes in what a payment provider says that it pays out: what it took and gave back for us is matched one by one,
 * its fees are booked, and each line that is not as our books have it waits in suspense. The same payout again
 * changes nothing.
 *
 * @throws RoamgridError `statement_unbalanced`, `unprocessable`; `statement_conflict` for other content under an
 *   id that was read
 */
export async function readCardPayout(ports: Ports, request: Request): Promise<CardPayoutView> {
  checkPayout(request.payout);
  return ports.work.run((books) => readOnce(ports, books, request));
}

async function readOnce(
  ports: Ports,
  books: Books,
  { payout, contentHash, by }: Request,
): Promise<CardPayoutView> {
  const { lines, ...told } = payout;
  const { provider, payoutId, currency } = told;
  await books.bank.lockAccount(`provider ${provider}`);
  const known = await books.bank.findPayout(provider, payoutId);
  if (known !== null) {
    if (known.contentHash === contentHash) return viewPayout(books, known);
    throw new RoamgridError('statement_conflict', 'a payout with this id says something else');
  }
  const readAtMs = ports.clock.now();
  const head = { ...told, contentHash, readAtMs, readBy: by, state: 'announced' as const };
  await books.bank.addPayout({ ...head, matched: 0 });
  let matchedMinor = 0n;
  let matched = 0;
  for (const { order, amount } of lines) {
    const { minor } = parseMoney(amount, currency);
    const reason = await judgeLine(books, payout, order, minor);
    if (reason === null) {
      matched += 1;
      matchedMinor += minor;
    } else await books.bank.addItem(itemOf(ports.ids.uuid(), payout, order, minor, reason));
  }
  await books.bank.setMatched(provider, payoutId, matched);
  await books.journal.book(bookPayout(payout, matchedMinor));
  return viewPayout(books, { ...head, matched });
}

/** @returns why a line is not what our books have; null where it is */
async function judgeLine(
  books: Books,
  { provider, payoutId, currency }: Request['payout'],
  order: string,
  minor: bigint,
): Promise<BankReason | null> {
  const found = await books.bank.findOrder(order);
  if (found === null) return 'order_unknown';
  if (found.currency !== currency) return 'currency_differs';
  if (!found.isDone) return 'order_not_done';
  if (found.amountMinor !== minor) return 'amount_differs';
  return (await books.bank.takeOrder(found.key, provider, payoutId)) ? null : 'paid_twice';
}

function itemOf(
  itemId: string,
  { provider, payoutId, currency, paidAt }: Request['payout'],
  order: string,
  minor: bigint,
  reason: BankReason,
): BankItemRecord {
  return {
    itemId,
    source: 'payout',
    account: provider,
    statementId: payoutId,
    reference: order.slice(0, 64),
    endToEndId: null,
    direction: minor < 0n ? 'debit' : 'credit',
    amountMinor: minor < 0n ? -minor : minor,
    currency,
    bookedAtMs: parseInstant(paidAt),
    remittance: null,
    state: 'suspense',
    reason,
    detail: null,
    paymentId: null,
    settlementId: null,
    partner: null,
    resolution: null,
  };
}

async function viewPayout(
  books: Books,
  { readAtMs, ...head }: PayoutHead,
): Promise<CardPayoutView> {
  const items = await books.bank.itemsOf('payout', head.provider, head.payoutId);
  return { ...head, readAt: formatInstant(readAtMs), items: items.map(viewItem) };
}
