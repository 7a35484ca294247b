import type { CurrencyCode, Money } from '@roamgrid/kernel';
import { accounts } from '../accounts.js';
import type { Payable } from '../pricing/splits.js';
import type { JournalEntry, JournalLine } from '../records.js';

/** Debits are positive, credits negative; lines of 0 are left out. */
function entry(
  naturalKey: string,
  description: string,
  lines: readonly (readonly [account: string, currency: CurrencyCode, amountMinor: bigint])[],
): JournalEntry {
  return {
    naturalKey,
    description,
    lines: lines
      .filter(([, , amountMinor]) => amountMinor !== 0n)
      .map(([account, currency, amountMinor]): JournalLine => ({ account, currency, amountMinor })),
  };
}

/** Everything of a wholesale amount that a journal needs, in minor units of `currency`. */
export interface WholesaleAmounts extends Payable {
  readonly cdrId: string;
  readonly partner: string;
  readonly currency: CurrencyCode;
  readonly taxMinor: bigint;
}

/** Visited, at delivery: what home owes, what its commission costs, what is revenue. */
export function bookReceivable(amounts: WholesaleAmounts): JournalEntry {
  const { cdrId, partner, currency, baseMinor, taxMinor } = amounts;
  return entry(`cdr:${cdrId}:wholesale`, `delivered to consumers of ${partner}`, [
    [accounts.receivableDelivered(partner), currency, amounts.payableMinor],
    [accounts.commissionExpense, currency, amounts.commissionMinor],
    [accounts.taxInput, currency, amounts.commissionTaxMinor],
    [accounts.fxExpense, currency, amounts.fxSpreadMinor],
    [accounts.revenueWholesale, currency, -baseMinor],
    [accounts.taxOutput, currency, -taxMinor],
  ]);
}

/** Home, when it has accepted the CDR: the mirror image. */
export function bookPayable(amounts: WholesaleAmounts): JournalEntry {
  const { cdrId, partner, currency, baseMinor, taxMinor } = amounts;
  return entry(`cdr:${cdrId}:wholesale`, `delivered by ${partner}`, [
    [accounts.payableDelivered(partner), currency, -amounts.payableMinor],
    [accounts.commissionIncome, currency, -amounts.commissionMinor],
    [accounts.taxOutput, currency, -amounts.commissionTaxMinor],
    [accounts.fxClearing, currency, -amounts.fxSpreadMinor],
    [accounts.costWholesale, currency, baseMinor],
    [accounts.taxInput, currency, taxMinor],
  ]);
}

/** The provider's share: visited's own matter, on no document between utilities. */
export function bookProviderShare(share: {
  readonly cdrId: string;
  readonly provider: string;
  readonly currency: CurrencyCode;
  readonly shareMinor: bigint;
}): JournalEntry {
  const { cdrId, provider, currency, shareMinor } = share;
  return entry(`cdr:${cdrId}:provider`, `share of ${provider}`, [
    [accounts.providerExpense, currency, shareMinor],
    [accounts.providerPayable(provider), currency, -shareMinor],
  ]);
}

/** Home, at delivery: what the driver owes, in the driver's currency, against revenue in the visited one. */
export function bookRetail(charge: {
  readonly cdrId: string;
  readonly consumerId: string;
  readonly currency: CurrencyCode;
  readonly exclTaxMinor: bigint;
  readonly taxMinor: bigint;
  readonly total: Money;
  /** part of `total` that a prepaid balance paid */
  readonly paidMinor: bigint;
}): JournalEntry {
  const { cdrId, consumerId, currency, total, paidMinor } = charge;
  const isConverted = total.currency !== currency;
  const visitedTotalMinor = charge.exclTaxMinor + charge.taxMinor;
  return entry(`cdr:${cdrId}:retail`, 'charged to a consumer', [
    [accounts.revenueRetail, currency, -charge.exclTaxMinor],
    [accounts.taxOutput, currency, -charge.taxMinor],
    [accounts.fxClearing, currency, isConverted ? visitedTotalMinor : 0n],
    [accounts.fxClearing, total.currency, isConverted ? -total.minor : 0n],
    [accounts.consumerPrepaid(consumerId), total.currency, paidMinor],
    [accounts.consumerReceivable(consumerId), total.currency, total.minor - paidMinor],
  ]);
}

export function bookDeposit(entryId: string, consumerId: string, amount: Money): JournalEntry {
  return entry(`deposit:${entryId}`, 'paid into a prepaid account', [
    [accounts.cash, amount.currency, amount.minor],
    [accounts.consumerPrepaid(consumerId), amount.currency, -amount.minor],
  ]);
}

/** What was delivered becomes invoiced; revenue and cost were booked at delivery already. */
export function bookInvoice(
  invoiceId: string,
  direction: 'issued' | 'received',
  partner: string,
  amount: Money,
): JournalEntry {
  const { currency, minor } = amount;
  return direction === 'issued'
    ? entry(`invoice:${invoiceId}`, `invoice to ${partner}`, [
        [accounts.receivableInvoiced(partner), currency, minor],
        [accounts.receivableDelivered(partner), currency, -minor],
      ])
    : entry(`invoice:${invoiceId}`, `invoice from ${partner}`, [
        [accounts.payableDelivered(partner), currency, minor],
        [accounts.payableInvoiced(partner), currency, -minor],
      ]);
}

/** The same lines with the opposite sign, under a key of their own. */
export function reverse(
  naturalKey: string,
  description: string,
  lines: readonly JournalLine[],
): JournalEntry {
  return {
    naturalKey,
    description,
    lines: lines.map((line) => ({ ...line, amountMinor: -line.amountMinor })),
  };
}

/** Visited bears what home refuses for good: the claim becomes a loss; revenue and tax stay booked. */
export function bookWriteOff({
  cdrId,
  partner,
  currency,
  payableMinor,
}: WholesaleAmounts): JournalEntry {
  return entry(`cdr:${cdrId}:written-off`, `refused by ${partner} and written off`, [
    [accounts.writeOffExpense, currency, payableMinor],
    [accounts.receivableDelivered(partner), currency, -payableMinor],
  ]);
}
