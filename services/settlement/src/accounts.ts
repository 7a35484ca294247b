/** The chart of accounts, explained in `docs/accounting.md`. Every account has a name made here. */
export const accounts = {
  /** delivered to a partner's consumers, on no invoice yet */
  receivableDelivered: (partner: string) => `receivable:delivered:${partner}`,
  receivableInvoiced: (partner: string) => `receivable:invoiced:${partner}`,
  payableDelivered: (partner: string) => `payable:delivered:${partner}`,
  payableInvoiced: (partner: string) => `payable:invoiced:${partner}`,
  revenueWholesale: 'revenue:wholesale',
  revenueRetail: 'revenue:retail',
  costWholesale: 'cost:wholesale',
  commissionExpense: 'commission:expense',
  commissionIncome: 'commission:income',
  taxOutput: 'tax:output',
  taxInput: 'tax:input',
  providerExpense: 'provider:expense',
  providerPayable: (provider: string) => `provider:payable:${provider}`,
  consumerReceivable: (consumerId: string) => `consumer:receivable:${consumerId}`,
  consumerPrepaid: (consumerId: string) => `consumer:prepaid:${consumerId}`,
  writeOffExpense: 'writeoff:expense',
  fxClearing: 'fx:clearing',
  /** visited's part of a partner's exchange */
  fxExpense: 'fx:expense',
  cash: 'cash',
  /** what a settlement came to, until it is paid */
  settlementClearing: (partner: string) => `settlement:clearing:${partner}`,
  bank: 'bank',
  /** movements on the account of which nobody knows yet what they are */
  bankSuspense: 'bank:suspense',
  /** what the bank keeps, or what it moved more or less than was owed */
  bankFees: 'bank:fees',
  /** what reached us and is not ours, until it is sent back */
  bankSendBack: 'bank:send-back',
  /** what a payment provider says that it has paid out, until the bank shows it */
  cardPayout: (provider: string) => `card:payout:${provider}`,
  cardFees: 'card:fees',
  /** taken by the payment provider, not paid out by it yet */
  cardClearing: 'card:clearing',
  /** what the utility's customer billing collects from drivers */
  customerBilling: 'customer:billing',
  /** payments that a partner says its bank has made */
  bankAdvised: (partner: string) => `bank:advised:${partner}`,
} as const;

const OWED_BY = /^(?:receivable:delivered|receivable:invoiced|settlement:clearing):(.+)$/;

/** The partner whose debt an account is part of; null for every other account. */
export function debtorOf(account: string): string | null {
  return OWED_BY.exec(account)?.[1] ?? null;
}
