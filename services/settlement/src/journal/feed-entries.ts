import { accounts } from '../accounts.js';
import type { FeedEntry } from '../feed/ports.js';
import type { JournalEntry } from '../records.js';

/** The customer billing system has it: what a driver owes is collected there from now on. */
export function bookFeed({ key, consumerId, due, collectMinor: minor }: FeedEntry): JournalEntry {
  const { currency } = due;
  return {
    naturalKey: `feed:${key}`,
    description: 'handed over to customer billing',
    lines:
      minor === 0n
        ? []
        : [
            { account: accounts.customerBilling, currency, amountMinor: minor },
            { account: accounts.consumerReceivable(consumerId), currency, amountMinor: -minor },
          ],
  };
}
