import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDecimal, formatDecimalShort, parseDecimal } from '../src/decimal.js';

describe('parseDecimal', () => {
  it.each([
    // text, scale, scaled integer
    ['0', 2, 0n],
    ['-0', 2, 0n],
    ['-0.00', 2, 0n],
    ['14.07', 2, 1407n],
    ['-14.07', 2, -1407n],
    ['14', 2, 1400n],
    ['14.1', 2, 1410n],
    ['14.100000', 2, 1410n],
    ['0.285', 6, 285_000n],
    ['007', 0, 7n],
    ['7.000', 0, 7n],
    ['999999999999999999999999999999', 0, 999_999_999_999_999_999_999_999_999_999n],
    ['0.000001', 6, 1n],
  ])('%s at scale %i is %s', (text, scale, expected) => {
    expect(parseDecimal(text, scale)).toBe(expected);
  });

  it.each([
    // text, scale, why
    ['', 2, 'empty'],
    [' 1', 2, 'a space before'],
    ['1 ', 2, 'a space after'],
    ['1\n', 2, 'a newline after'],
    ['+1', 2, 'a plus sign'],
    ['--1', 2, 'two signs'],
    ['1e3', 2, 'an exponent'],
    ['0x10', 2, 'hexadecimal'],
    ['.5', 2, 'no digit before the point'],
    ['5.', 2, 'no digit after the point'],
    ['1.2.3', 2, 'two points'],
    ['1,5', 2, 'a comma'],
    ['1_000', 2, 'a separator'],
    ['١', 2, 'another script'],
    ['５', 2, 'a full-width digit'],
    ['NaN', 2, 'no number'],
    ['Infinity', 2, 'no number'],
    ['0.001', 2, 'too many digits'],
    ['0.5', 0, 'too many digits'],
    ['1234567890123456789012345678901', 0, 'longer than thirty digits'],
  ])('refuses %j at scale %i: %s', (text, scale) => {
    expect(() => parseDecimal(text, scale)).toThrow(
      expect.objectContaining({ code: 'malformed_decimal' }),
    );
  });
});

describe('formatDecimal', () => {
  it.each([
    // scaled, scale, full, short, short with two digits
    [0n, 2, '0.00', '0', '0.00'],
    [7n, 2, '0.07', '0.07', '0.07'],
    [-7n, 2, '-0.07', '-0.07', '-0.07'],
    [-700n, 2, '-7.00', '-7', '-7.00'],
    [1407n, 2, '14.07', '14.07', '14.07'],
    [1410n, 2, '14.10', '14.1', '14.10'],
    [285_000n, 6, '0.285000', '0.285', '0.285'],
    [300_000n, 6, '0.300000', '0.3', '0.30'],
    [1_000n, 0, '1000', '1000', '1000'],
  ])('%s at scale %i is %s', (scaled, scale, full, short, shortWithTwo) => {
    expect(formatDecimal(scaled, scale)).toBe(full);
    expect(formatDecimalShort(scaled, scale)).toBe(short);
    expect(formatDecimalShort(scaled, scale, 2)).toBe(shortWithTwo);
  });

  it('is read back as what was written', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 25n), 10n ** 25n),
        fc.integer({ min: 0, max: 9 }),
        (n, scale) => {
          expect(parseDecimal(formatDecimal(n, scale), scale)).toBe(n);
          expect(parseDecimal(formatDecimalShort(n, scale), scale)).toBe(n);
          expect(parseDecimal(formatDecimalShort(n, scale, 3), scale)).toBe(n);
        },
      ),
    );
  });
});
