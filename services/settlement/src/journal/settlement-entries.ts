import type { CurrencyCode, Money } from '@roamgrid/kernel';
import { accounts } from '../accounts.js';
import type { InvoiceDirection, JournalEntry, JournalLine } from '../records.js';

/** What a settlement takes up of one invoice; below zero where it gives back. */
export interface TakenUp {
  readonly direction: InvoiceDirection;
  readonly minor: bigint;
}

function lines(
  currency: CurrencyCode,
  amounts: readonly (readonly [account: string, amountMinor: bigint])[],
): JournalLine[] {
  return amounts
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([account, amountMinor]) => ({ account, currency, amountMinor }));
}

/** Both have signed: receivables and payables become one sum, in the clearing account of the partner. */
export function bookSettlement(
  settlementId: string,
  partner: string,
  currency: CurrencyCode,
  taken: readonly TakenUp[],
): JournalEntry {
  const sumOf = (direction: InvoiceDirection): bigint =>
    taken.filter((one) => one.direction === direction).reduce((sum, one) => sum + one.minor, 0n);
  const receivable = sumOf('issued');
  const payable = sumOf('received');
  return {
    naturalKey: `settlement:${settlementId}`,
    description: `netted with ${partner}`,
    lines: lines(currency, [
      [accounts.receivableInvoiced(partner), -receivable],
      [accounts.payableInvoiced(partner), payable],
      [accounts.settlementClearing(partner), receivable - payable],
    ]),
  };
}

/**
 * The payer's bank has paid, or the payer has advised the payee of it.
 *
 * @param moneyIn the account that the money left or came to
 */
export function bookPayment(
  paymentId: string,
  direction: 'out' | 'in',
  partner: string,
  { currency, minor }: Money,
  moneyIn: string = direction === 'out' ? accounts.bank : accounts.bankAdvised(partner),
): JournalEntry {
  return {
    naturalKey: `payment:${paymentId}`,
    description: direction === 'out' ? `paid to ${partner}` : `paid by ${partner}`,
    lines: lines(
      currency,
      direction === 'out'
        ? [
            [accounts.settlementClearing(partner), minor],
            [moneyIn, -minor],
          ]
        : [
            [moneyIn, minor],
            [accounts.settlementClearing(partner), -minor],
          ],
    ),
  };
}
