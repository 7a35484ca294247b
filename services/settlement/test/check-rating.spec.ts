import { describe, expect, it } from '@jest/globals';
import type { CdrDocument } from '@roamgrid/contracts';
import type { RatedFigures } from '../src/pricing/figures.js';
import { compareFigures } from '../src/review/check-rating.js';

const FIGURES: RatedFigures = {
  currency: 'USD',
  lines: [
    {
      description: 'Energy',
      component: 'ENERGY',
      quantity: '20.450',
      unit: 'kWh',
      unitPrice: '0.285',
      amount: '5.83',
    },
  ],
  taxes: [{ name: 'Sales tax', percentage: '7.25', base: '5.83', amount: '0.42' }],
  totalExclTax: '5.83',
  tax: '0.42',
  totalInclTax: '6.25',
};
const otherLines = FIGURES.lines.map((line) => ({ ...line, quantity: '20.451' }));
const otherTaxes = FIGURES.taxes.map((line) => ({ ...line, base: '5.84' }));

/** Each row changes what visited claims; the re-rating gives FIGURES. */
const CLAIMS: [string, Partial<RatedFigures>, string | null, string][] = [
  ['nothing', {}, null, ''],
  ['a line alone', { lines: otherLines }, 'price_differs', '5.83 and not 5.83'],
  ['the total before tax alone', { totalExclTax: '5.84' }, 'price_differs', '5.83 and not 5.84'],
  ['the evidence of a tax alone', { taxes: otherTaxes }, 'tax_differs', '0.42 and not 0.42'],
  ['the tax alone', { tax: '0.43' }, 'tax_differs', '0.42 and not 0.43'],
  ['the total alone', { totalInclTax: '6.26' }, 'price_differs', '6.25 and not 6.26'],
  ['the currency alone', { currency: 'CAD' }, 'price_differs', '6.25 and not 6.25'],
  [
    'price and tax, of which the price is the cause',
    { lines: otherLines, totalExclTax: '5.84', taxes: otherTaxes, tax: '0.43' },
    'price_differs',
    '5.83 and not 5.84',
  ],
  [
    'tax and total, of which the tax is the cause',
    { tax: '0.43', totalInclTax: '6.26' },
    'tax_differs',
    '0.42 and not 0.43',
  ],
];

describe('a claimed rating against a re-rating', () => {
  it.each(CLAIMS)('differs in %s', (_name, claimed, reasonCode, note) => {
    // the other members of a CDR are no figures and are not compared here
    const cdr = { ...FIGURES, ...claimed } as CdrDocument;
    const found = compareFigures(cdr, FIGURES);
    expect(found?.reasonCode ?? null).toBe(reasonCode);
    if (found !== null) expect(found.note).toBe(`re-rating gives ${note}`);
  });
});
