import { describe, expect, it } from '@jest/globals';
import { spreadOf, splitPayable, splitProviderShare } from '../src/pricing/splits.js';

const TAXES = [{ name: 'Service tax', percentage: '4' }];

describe('what home owes of a wholesale amount', () => {
  it.each`
    excl    | incl    | commission  | provider | keeps   | tax    | payable | share
    ${783n} | ${840n} | ${'5'}      | ${'20'}  | ${39n}  | ${2n}  | ${799n} | ${157n}
    ${100n} | ${100n} | ${'0'}      | ${'0'}   | ${0n}   | ${0n}  | ${100n} | ${0n}
    ${1n}   | ${1n}   | ${'50'}     | ${'50'}  | ${1n}   | ${0n}  | ${0n}   | ${0n}
    ${0n}   | ${0n}   | ${'5'}      | ${'20'}  | ${0n}   | ${0n}  | ${0n}   | ${0n}
    ${999n} | ${999n} | ${'33.333'} | ${'100'} | ${333n} | ${13n} | ${653n} | ${'refused'}
    ${999n} | ${999n} | ${'100'}    | ${'0'}   | ${999n} | ${40n} | ${-40n} | ${0n}
  `(
    '$commission % of $excl keeps $keeps, provider has $share',
    ({ excl, incl, commission, provider, keeps, tax, payable, share }) => {
      const terms = { commissionPercentage: String(commission), commissionTaxes: TAXES };
      const split = splitPayable(
        { exclTaxMinor: excl as bigint, inclTaxMinor: incl as bigint },
        terms,
        'halfUp',
        '0',
      );
      expect(split).toEqual({
        baseMinor: excl as bigint,
        commissionMinor: keeps as bigint,
        commissionTaxMinor: tax as bigint,
        fxSpreadMinor: 0n,
        payableMinor: payable as bigint,
      });
      const providerShare = (): bigint =>
        splitProviderShare(split, String(commission), String(provider));
      if (share === 'refused') expect(providerShare).toThrow('exceed');
      else expect(providerShare()).toBe(share);
    },
  );
});

describe('the part of the exchange that visited bears', () => {
  it.each`
    commission | spread     | bears   | payable
    ${'5'}     | ${'0'}     | ${0n}   | ${799n}
    ${'5'}     | ${'2.5'}   | ${20n}  | ${779n}
    ${'0'}     | ${'2.5'}   | ${21n}  | ${819n}
    ${'0'}     | ${'0.059'} | ${0n}   | ${840n}
    ${'0'}     | ${'0.06'}  | ${1n}   | ${839n}
    ${'0'}     | ${'100'}   | ${840n} | ${0n}
  `('$spread % of what is left comes off it', ({ commission, spread, bears, payable }) => {
    const terms = { commissionPercentage: String(commission), commissionTaxes: TAXES };
    const totals = { exclTaxMinor: 783n, inclTaxMinor: 840n };
    expect(splitPayable(totals, terms, 'halfUp', String(spread))).toMatchObject({
      fxSpreadMinor: bears as bigint,
      payableMinor: payable as bigint,
    });
  });

  it.each([
    ['visited', true, '1.5'],
    ['visited', false, '0'],
    ['home', true, '0'],
    ['driver', true, '0'],
  ] as const)('is borne by %s, exchanged %s: %s %%', (spreadBorneBy, isConverted, expected) => {
    const fx = {
      fixedWhen: 'retailTariff' as const,
      source: 'test',
      greatestAgeHours: 24,
      spreadPercentage: '1.5',
      spreadBorneBy,
    };
    expect(spreadOf({ fx }, isConverted)).toBe(expected);
    expect(spreadOf(null, isConverted)).toBe('0');
  });
});
