import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addMoney,
  CURRENCY_CODES,
  formatMoney,
  formatPriceMicros,
  microsPerMinor,
  minorDigits,
  money,
  parseCurrency,
  parseMoney,
  parsePriceMicros,
} from '../src/money.js';

describe('an amount of money', () => {
  it.each([
    // text, currency, minor units, text written
    ['14.07', 'USD', 1407n, '14.07'],
    ['14', 'USD', 1400n, '14.00'],
    ['-0.01', 'CAD', -1n, '-0.01'],
    ['14.070', 'EUR', 1407n, '14.07'],
    ['1200', 'JPY', 1200n, '1200'],
    ['1200.0', 'JPY', 1200n, '1200'],
    ['1.234', 'KWD', 1234n, '1.234'],
  ])('%s %s is %s minor units', (text, currency, minor, written) => {
    const amount = parseMoney(text, currency);
    expect(amount).toEqual({ currency, minor });
    expect(formatMoney(amount)).toBe(written);
  });

  it.each([
    ['14.075', 'USD', 'malformed_decimal'],
    ['0.5', 'JPY', 'malformed_decimal'],
    ['1.2345', 'KWD', 'malformed_decimal'],
    ['', 'USD', 'malformed_decimal'],
    ['1', 'usd', 'unknown_currency'],
    ['1', 'XXX', 'unknown_currency'],
    ['1', '', 'unknown_currency'],
    ['1', 'toString', 'unknown_currency'],
    ['1', '__proto__', 'unknown_currency'],
  ])('refuses %j %s: %s', (text, currency, code) => {
    expect(() => parseMoney(text, currency)).toThrow(expect.objectContaining({ code }));
  });

  it('adds only within one currency', () => {
    expect(addMoney(money('USD', 5n), money('USD', -7n))).toEqual(money('USD', -2n));
    expect(() => addMoney(money('USD', 1n), money('CAD', 1n))).toThrow(
      expect.objectContaining({ code: 'currency_mismatch' }),
    );
  });

  it('is read back as it was written, in every currency', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CURRENCY_CODES),
        fc.bigInt(-(10n ** 18n), 10n ** 18n),
        (currency, minor) => {
          expect(parseMoney(formatMoney(money(currency, minor)), currency)).toEqual({
            currency,
            minor,
          });
        },
      ),
    );
  });
});

describe('a currency', () => {
  it.each([
    ['USD', 2, 10_000n],
    ['CLP', 0, 1_000_000n],
    ['TND', 3, 1_000n],
  ])('%s has %i digits and %s micro-units in its minor unit', (text, digits, micros) => {
    const currency = parseCurrency(text);
    expect(minorDigits(currency)).toBe(digits);
    expect(microsPerMinor(currency)).toBe(micros);
  });
});

describe('a unit price', () => {
  it.each([
    ['0.285', 285_000n, '0.285'],
    ['0.3', 300_000n, '0.30'],
    ['2', 2_000_000n, '2.00'],
    ['0.000001', 1n, '0.000001'],
    ['-0.05', -50_000n, '-0.05'],
  ])('%s is %s micro-units', (text, micros, written) => {
    expect(parsePriceMicros(text)).toBe(micros);
    expect(formatPriceMicros(micros)).toBe(written);
  });

  it('has at most six digits', () => {
    expect(() => parsePriceMicros('0.0000001')).toThrow(
      expect.objectContaining({ code: 'malformed_decimal' }),
    );
  });
});
