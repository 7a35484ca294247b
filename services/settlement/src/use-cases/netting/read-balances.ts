import type { readBalances as contract, ReplyOf } from '@roamgrid/contracts';
import { formatMoney, money, type CurrencyCode } from '@roamgrid/kernel';
import { unpaidOn } from '../../netting/open-items.js';
import type { NettableInvoice } from '../../netting/records.js';
import type { Ports } from '../../ports.js';

interface Balance {
  readonly partner: string;
  readonly currency: CurrencyCode;
  owedMinor: bigint;
  owingMinor: bigint;
}

/**
 * Who owes whom, from accepted documents and the undisputed part of disputed ones, until they are paid.
 * What was paid on an invoice that was credited since is owed back.
 */
export async function readBalances(ports: Ports): Promise<ReplyOf<typeof contract>> {
  const invoices = await ports.work.run((books) => books.settlements.allNettable());
  const balances = new Map<string, Balance>();
  for (const invoice of invoices) addTo(balances, invoice);
  return {
    items: [...balances.values()].map(({ partner, currency, owedMinor, owingMinor }) => {
      const text = (minor: bigint): string => formatMoney(money(currency, minor));
      const net = text(owedMinor - owingMinor);
      return { partner, currency, owed: text(owedMinor), owing: text(owingMinor), net };
    }),
  };
}

function addTo(balances: Map<string, Balance>, invoice: NettableInvoice): void {
  const unpaid = unpaidOn(invoice);
  if (unpaid === 0n) return;
  const { partner, currency, direction } = invoice;
  const key = JSON.stringify([partner, currency]);
  const balance = balances.get(key) ?? { partner, currency, owedMinor: 0n, owingMinor: 0n };
  balances.set(key, balance);
  // an issued invoice is owed to us; what was overpaid on it is owed by us
  const isOwed = (direction === 'issued') === unpaid > 0n;
  const minor = unpaid < 0n ? -unpaid : unpaid;
  if (isOwed) balance.owedMinor += minor;
  else balance.owingMinor += minor;
}
