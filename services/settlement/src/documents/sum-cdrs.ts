import type { InvoiceDocument, InvoiceLine } from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatMoney,
  money,
  parseEnergyKwh,
  parseMoney,
  type CurrencyCode,
} from '@roamgrid/kernel';
import type { CdrDocument } from '../records.js';

/** The figures of an invoice that follow from its CDRs alone. */
export type InvoiceFigures = Pick<
  InvoiceDocument,
  | 'energyKwh'
  | 'taxes'
  | 'totalExclTax'
  | 'tax'
  | 'totalInclTax'
  | 'commission'
  | 'commissionTax'
  | 'fxSpread'
  | 'payable'
>;

const add = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, one) => sum + one, 0n);

/** Each tax of the CDRs, by name and percentage, in the order of first appearance. Nothing is taxed again. */
function sumTaxes(cdrs: readonly CdrDocument[], currency: CurrencyCode): InvoiceFigures['taxes'] {
  const sums = new Map<string, { baseMinor: bigint; amountMinor: bigint; tax: CdrTax }>();
  for (const tax of cdrs.flatMap((cdr) => cdr.taxes)) {
    const key = JSON.stringify([tax.name, tax.percentage]);
    const sum = sums.get(key) ?? { baseMinor: 0n, amountMinor: 0n, tax };
    sum.baseMinor += parseMoney(tax.base, currency).minor;
    sum.amountMinor += parseMoney(tax.amount, currency).minor;
    sums.set(key, sum);
  }
  return [...sums.values()].map(({ baseMinor, amountMinor, tax }) => ({
    ...tax,
    base: formatMoney(money(currency, baseMinor)),
    amount: formatMoney(money(currency, amountMinor)),
  }));
}

type CdrTax = CdrDocument['taxes'][number];

/** Sums CDRs of one currency, to the minor unit. */
export function sumCdrs(cdrs: readonly CdrDocument[], currency: CurrencyCode): InvoiceFigures {
  const sum = (amountOf: (cdr: CdrDocument) => string): string =>
    formatMoney(money(currency, add(cdrs.map((cdr) => parseMoney(amountOf(cdr), currency).minor))));
  return {
    energyKwh: formatEnergyKwh(add(cdrs.map((cdr) => parseEnergyKwh(cdr.energyKwh)))),
    taxes: sumTaxes(cdrs, currency),
    totalExclTax: sum((cdr) => cdr.totalExclTax),
    tax: sum((cdr) => cdr.tax),
    totalInclTax: sum((cdr) => cdr.totalInclTax),
    commission: sum((cdr) => cdr.settlement.commission),
    commissionTax: sum((cdr) => cdr.settlement.commissionTax),
    ...(cdrs.some((cdr) => cdr.settlement.fxSpread !== undefined)
      ? { fxSpread: sum((cdr) => cdr.settlement.fxSpread ?? '0') }
      : {}),
    payable: sum((cdr) => cdr.settlement.payable),
  };
}

/** A CDR as a line. `late` stands beside the CDR's own flags. */
export function lineOf(cdr: CdrDocument, isLate: boolean): InvoiceLine {
  const { cdrId, sessionId, sequence, energyKwh, totalExclTax, tax, totalInclTax } = cdr;
  return {
    cdrId,
    sessionId,
    sequence,
    energyKwh,
    totalExclTax,
    tax,
    totalInclTax,
    flags: isLate ? [...cdr.flags, 'late'] : [...cdr.flags],
  };
}
