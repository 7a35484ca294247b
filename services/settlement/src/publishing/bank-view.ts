import type { BankItem } from '@roamgrid/contracts';
import { formatInstant, formatMoney, money } from '@roamgrid/kernel';
import type { BankItemRecord } from '../bank/ports.js';

/** A movement as staff sees it. */
export function viewItem({ amountMinor, bookedAtMs, ...item }: BankItemRecord): BankItem {
  return {
    ...item,
    amount: formatMoney(money(item.currency, amountMinor)),
    bookedAt: formatInstant(bookedAtMs),
  };
}

export const isUnresolved = ({ state }: BankItemRecord): boolean =>
  state === 'suspense' || state === 'proposed';
