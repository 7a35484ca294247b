import { describe, expect, it } from '@jest/globals';
import { splitPayable, splitProviderShare } from '../src/pricing/splits.js';

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
      );
      expect(split).toEqual({
        baseMinor: excl as bigint,
        commissionMinor: keeps as bigint,
        commissionTaxMinor: tax as bigint,
        payableMinor: payable as bigint,
      });
      const providerShare = (): bigint =>
        splitProviderShare(split, String(commission), String(provider));
      if (share === 'refused') expect(providerShare).toThrow('exceed');
      else expect(providerShare()).toBe(share);
    },
  );
});
