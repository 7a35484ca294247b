import type { SettlementDocument, SettlementItem } from '@roamgrid/contracts';
import { formatMoney, money, parseInstant, parseMoney, type CurrencyCode } from '@roamgrid/kernel';

/** The two utilities in alphabetical order, as documents of a pair name them. */
export function partiesInOrder(one: string, other: string): [string, string] {
  return one < other ? [one, other] : [other, one];
}

export type NetFigures = Pick<
  SettlementDocument,
  'gross' | 'payer' | 'payee' | 'amount' | 'dueDate'
>;

/** Everything of a settlement that follows from its items. Pure. */
export function netFigures(
  parties: readonly [string, string],
  currency: CurrencyCode,
  items: readonly SettlementItem[],
): NetFigures {
  const [first, second] = parties;
  const owedTo = (creditor: string): bigint =>
    items
      .filter((item) => item.creditor === creditor)
      .reduce((sum, { amount }) => sum + parseMoney(amount, currency).minor, 0n);
  const text = (minor: bigint): string => formatMoney(money(currency, minor));
  const netMinor = owedTo(first) - owedTo(second);
  const ends =
    netMinor === 0n
      ? { payer: null, payee: null }
      : netMinor > 0n
        ? { payer: second, payee: first }
        : { payer: first, payee: second };
  const dueDates = items.flatMap(({ dueDate }) => dueDate ?? []);
  const [earliest] = dueDates.sort((left, right) => parseInstant(left) - parseInstant(right));
  return {
    gross: parties.map((creditor) => ({ creditor, amount: text(owedTo(creditor)) })),
    ...ends,
    amount: text(netMinor < 0n ? -netMinor : netMinor),
    dueDate: earliest ?? null,
  };
}
