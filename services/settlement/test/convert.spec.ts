import { describe, expect, it } from '@jest/globals';
import { money, type CurrencyCode } from '@roamgrid/kernel';
import { convertOnce } from '../src/pricing/convert.js';

const rateOf = (from: CurrencyCode, to: CurrencyCode, rate: string) => ({
  from,
  to,
  rate,
  source: 'test',
  at: '2026-11-01T00:00:00Z',
  notAfter: '2026-12-01T00:00:00Z',
});

describe('converting a session’s total once', () => {
  it.each`
    from     | minor     | to       | rate             | expected
    ${'USD'} | ${894n}   | ${'CAD'} | ${'1.372650'}    | ${1227n}
    ${'USD'} | ${1n}     | ${'CAD'} | ${'0.5'}         | ${1n}
    ${'USD'} | ${1n}     | ${'CAD'} | ${'0.499999999'} | ${0n}
    ${'USD'} | ${1000n}  | ${'JPY'} | ${'151.35'}      | ${1514n}
    ${'JPY'} | ${1514n}  | ${'USD'} | ${'0.0066'}      | ${999n}
    ${'USD'} | ${100n}   | ${'KWD'} | ${'0.3075'}      | ${308n}
    ${'USD'} | ${-1000n} | ${'CAD'} | ${'1.3726'}      | ${-1373n}
  `('$minor $from at $rate is $expected $to', ({ from, minor, to, rate, expected }) => {
    const [source, target] = [from as CurrencyCode, to as CurrencyCode];
    const converted = convertOnce(
      money(source, minor as bigint),
      target,
      rateOf(source, target, String(rate)),
    );
    expect(converted).toEqual({ currency: target, minor: expected as bigint });
  });

  it('needs no rate within one currency, and refuses one for others', () => {
    expect(convertOnce(money('USD', 5n), 'USD', null)).toEqual(money('USD', 5n));
    expect(() => convertOnce(money('USD', 5n), 'CAD', null)).toThrow('no rate');
    expect(() => convertOnce(money('USD', 5n), 'CAD', rateOf('CAD', 'USD', '1'))).toThrow(
      'the rate is from CAD to USD',
    );
  });
});
