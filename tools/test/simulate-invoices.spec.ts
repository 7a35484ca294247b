import { describe, expect, it } from '@jest/globals';
import type { BookedCdr } from '../src/swarm/booked.js';
import { compareInvoices, periodEndOf, type SwarmInvoice } from '../src/swarm/invoices.js';

const figures = { totalExclTax: 155n, tax: 11n, totalInclTax: 166n };
const cdr = (changes: Partial<BookedCdr> = {}): BookedCdr => ({
  cdrId: 'cdr-1',
  role: 'visited',
  stationId: 'SWARM-1',
  homeUtility: 'alabama-power',
  documentHash: 'ab',
  standing: 'invoiced',
  endMs: 1_000,
  energyMilliWh: 5_000_000n,
  terms: {} as BookedCdr['terms'],
  currency: 'USD',
  linesMinor: 155n,
  exclTaxMinor: 155n,
  taxMinor: 11n,
  inclTaxMinor: 166n,
  sharesMinor: 155n,
  ...changes,
});
const invoice = (changes: Partial<SwarmInvoice> = {}): SwarmInvoice => ({
  invoiceId: 'invoice-1',
  partner: 'alabama-power',
  documentHash: 'cd',
  currency: 'USD',
  lineCount: 1,
  totals: figures,
  lines: [{ cdrId: 'cdr-1', energyMilliWh: 5_000_000n, totals: figures }],
  ...changes,
});

describe('invoices and the records they stand on', () => {
  it('agree', () => {
    expect(compareInvoices([invoice()], [cdr()])).toEqual([]);
  });

  it('agree where the invoice has charges of others too', () => {
    const [line] = invoice().lines;
    const others = { cdrId: 'of others', energyMilliWh: 1n, totals: figures };
    const doubled = { totalExclTax: 310n, tax: 22n, totalInclTax: 332n };
    const whole = invoice({
      lineCount: 2,
      totals: doubled,
      lines: line === undefined ? [] : [line, others],
    });
    expect(compareInvoices([whole], [cdr()])).toEqual([]);
  });

  it.each<[string, Partial<SwarmInvoice>, Partial<BookedCdr>, RegExp]>([
    [
      'a cent in the total',
      { totals: { ...figures, totalInclTax: 167n } },
      {},
      /sum to its totalInclTax/,
    ],
    ['a cent in the tax', { totals: { ...figures, tax: 10n } }, {}, /sum to its tax/],
    ['a line that is missing', { lineCount: 2 }, {}, /not as many lines/],
    ['a cent in the record', {}, { inclTaxMinor: 167n }, /line on the invoice has other figures/],
    ['another energy', {}, { energyMilliWh: 5_000_001n }, /other figures/],
    [
      'a record invoiced and on no invoice',
      { lines: [], lineCount: 0 },
      {},
      /5\.000 kWh are invoiced/,
    ],
    ['a record on an invoice and open', {}, { standing: 'open' }, /records of 0\.000 kWh/],
  ])('%s is named', (_what, ofInvoice, ofCdr, expected) => {
    const differences = compareInvoices([invoice(ofInvoice)], [cdr(ofCdr)]);
    expect(differences.join('\n')).toMatch(expected);
  });
});

describe('the end of a period', () => {
  it.each<[string, number[], number | null]>([
    ['no charge', [], null],
    ['one charge is invoiced', [5], 6],
    ['of two the later is left', [9, 5], 6],
    ['of four the last is left', [1, 2, 3, 4], 4],
    ['of eight two are left', [1, 2, 3, 4, 5, 6, 7, 8], 7],
  ])('%s', (_what, ends, expected) => {
    expect(periodEndOf(ends.map((endMs) => cdr({ endMs })))).toBe(expected);
  });
});
