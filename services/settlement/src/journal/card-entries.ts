import type { Money } from '@roamgrid/kernel';
import { accounts } from '../accounts.js';
import type { JournalEntry } from '../records.js';

/** The payment provider has taken the amount from a driver; below zero: given back. */
export function bookCardPayment(
  orderKey: string,
  consumerId: string,
  { currency, minor }: Money,
): JournalEntry {
  return {
    naturalKey: `card:${orderKey}`,
    description: minor < 0n ? 'given back to a card or account' : 'taken from a card or account',
    lines:
      minor === 0n
        ? []
        : [
            { account: accounts.cardClearing, currency, amountMinor: minor },
            { account: accounts.consumerReceivable(consumerId), currency, amountMinor: -minor },
          ],
  };
}
