import type { CardPayout } from '@roamgrid/contracts';
import { parseMoney, type CurrencyCode } from '@roamgrid/kernel';
import { accounts } from '../accounts.js';
import type { BankItemRecord } from '../bank/ports.js';
import type { JournalEntry, JournalLine } from '../records.js';

type Amounts = readonly (readonly [account: string, amountMinor: bigint])[];

function linesOf(currency: CurrencyCode, amounts: Amounts): JournalLine[] {
  const sums = new Map<string, bigint>();
  for (const [account, minor] of amounts) sums.set(account, (sums.get(account) ?? 0n) + minor);
  return [...sums]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([account, amountMinor]) => ({ account, currency, amountMinor }));
}

/** What the movement adds to our account at the bank: below zero for a debit. */
export const movedMinor = ({
  direction,
  amountMinor,
}: Pick<BankItemRecord, 'direction' | 'amountMinor'>): bigint =>
  direction === 'credit' ? amountMinor : -amountMinor;

/** The bank has moved money that nobody here knows: it is on the account, and in suspense. */
export function bookUnknownMovement(item: BankItemRecord): JournalEntry {
  const moved = movedMinor(item);
  return {
    naturalKey: `bank-item:${item.itemId}`,
    description: `on account ${item.account}, ${item.reason ?? 'unknown'}`,
    lines: linesOf(item.currency, [
      [accounts.bank, moved],
      [accounts.bankSuspense, -moved],
    ]),
  };
}

/** The bank shows a payment that our books had already: what was advised is on the account now. */
export function bookConfirmed(item: BankItemRecord, countered: string): JournalEntry {
  const moved = movedMinor(item);
  return {
    naturalKey: `bank-item:${item.itemId}`,
    description: `on account ${item.account}`,
    lines: linesOf(item.currency, [
      [accounts.bank, moved],
      [countered, -moved],
    ]),
  };
}

/** A movement that was in suspense is what a payer has told us since. */
export function bookRematched(item: BankItemRecord, countered: string): JournalEntry {
  const moved = movedMinor(item);
  return {
    naturalKey: `bank-item:${item.itemId}:matched`,
    description: `on account ${item.account}, known since`,
    lines: linesOf(item.currency, [
      [accounts.bankSuspense, moved],
      [countered, -moved],
    ]),
  };
}

/**
 * Two people have said what a movement in suspense is.
 *
 * @param key a natural key of the journal
 * @param owedMinor what `account` is cleared by; the difference to the movement is the bank's
 */
export function bookResolved(
  item: BankItemRecord,
  key: string,
  account: string,
  owedMinor: bigint = movedMinor(item),
): JournalEntry {
  const moved = movedMinor(item);
  return {
    naturalKey: key,
    description: `${item.resolution?.kind ?? 'resolved'}: ${item.resolution?.note ?? ''}`,
    lines: linesOf(item.currency, [
      [accounts.bankSuspense, moved],
      [account, -owedMinor],
      [accounts.bankFees, owedMinor - moved],
    ]),
  };
}

/**
 * What a payment provider pays out: what it took for us leaves its account, its fees are ours, and what our books do
 * not have as it says is in suspense.
 *
 * @param matchedMinor the sum of the lines that are as our books have them
 */
export function bookPayout(
  { provider, payoutId, currency, gross, fees, net }: CardPayout,
  matchedMinor: bigint,
): JournalEntry {
  const minorOf = (text: string): bigint => parseMoney(text, currency).minor;
  return {
    naturalKey: `card-payout:${provider}:${payoutId}`,
    description: `paid out by ${provider}`,
    lines: linesOf(currency, [
      [accounts.cardPayout(provider), minorOf(net)],
      [accounts.cardFees, minorOf(fees)],
      [accounts.cardClearing, -matchedMinor],
      [accounts.bankSuspense, matchedMinor - minorOf(gross)],
    ]),
  };
}
