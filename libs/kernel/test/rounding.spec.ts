import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  divideBy,
  divideDown,
  divideExact,
  divideHalfEven,
  divideHalfUp,
  divideUp,
  type RoundingPolicy,
} from '../src/rounding.js';

describe('the rounding divisions', () => {
  it.each([
    // numerator, denominator, half up, half even, up, down
    [0n, 7n, 0n, 0n, 0n, 0n],
    [6n, 3n, 2n, 2n, 2n, 2n],
    [-6n, 3n, -2n, -2n, -2n, -2n],
    [1n, 3n, 0n, 0n, 1n, 0n],
    [2n, 3n, 1n, 1n, 1n, 0n],
    [-1n, 3n, 0n, 0n, 0n, -1n],
    [-2n, 3n, -1n, -1n, 0n, -1n],
    [1n, 2n, 1n, 0n, 1n, 0n],
    [3n, 2n, 2n, 2n, 2n, 1n],
    [5n, 2n, 3n, 2n, 3n, 2n],
    [-1n, 2n, -1n, 0n, 0n, -1n],
    [-3n, 2n, -2n, -2n, -1n, -2n],
    [-5n, 2n, -3n, -2n, -2n, -3n],
    [49n, 100n, 0n, 0n, 1n, 0n],
    [51n, 100n, 1n, 1n, 1n, 0n],
    [-51n, 100n, -1n, -1n, 0n, -1n],
    [
      10n ** 40n + 1n,
      2n,
      5n * 10n ** 39n + 1n,
      5n * 10n ** 39n,
      5n * 10n ** 39n + 1n,
      5n * 10n ** 39n,
    ],
  ])('%s / %s: half up %s, half even %s, up %s, down %s', (n, d, halfUp, halfEven, up, down) => {
    expect(divideHalfUp(n, d)).toBe(halfUp);
    expect(divideHalfEven(n, d)).toBe(halfEven);
    expect(divideUp(n, d)).toBe(up);
    expect(divideDown(n, d)).toBe(down);
  });

  it.each([0n, -1n])('refuse the denominator %s', (denominator) => {
    for (const divide of [divideHalfUp, divideHalfEven, divideUp, divideDown, divideExact]) {
      expect(() => divide(1n, denominator)).toThrow(RangeError);
    }
  });

  it.each<[RoundingPolicy, bigint]>([
    ['halfUp', -3n],
    ['halfEven', -2n],
    ['up', -2n],
    ['down', -3n],
  ])('the policy %s takes -5/2 to %s', (policy, expected) => {
    expect(divideBy(policy, -5n, 2n)).toBe(expected);
  });

  it('an exact division has no remainder', () => {
    expect(divideExact(-12n, 4n)).toBe(-3n);
    expect(() => divideExact(13n, 4n)).toThrow(RangeError);
    expect(() => divideExact(-13n, 4n)).toThrow(RangeError);
  });

  const anyNumerator = fc.bigInt(-(10n ** 20n), 10n ** 20n);
  const anyDenominator = fc.bigInt(1n, 10n ** 9n);

  it('stay within half a unit, or on the named side', () => {
    fc.assert(
      fc.property(anyNumerator, anyDenominator, (n, d) => {
        const rest = (quotient: bigint): bigint => n - quotient * d;
        for (const half of [divideHalfUp(n, d), divideHalfEven(n, d)]) {
          expect(2n * rest(half) <= d && 2n * rest(half) >= -d).toBe(true);
        }
        expect(rest(divideDown(n, d)) >= 0n && rest(divideDown(n, d)) < d).toBe(true);
        expect(rest(divideUp(n, d)) <= 0n && rest(divideUp(n, d)) > -d).toBe(true);
      }),
    );
  });

  it('mirror: halves alike on both sides of zero, up is down turned round', () => {
    fc.assert(
      fc.property(anyNumerator, anyDenominator, (n, d) => {
        expect(divideHalfUp(-n, d)).toBe(-divideHalfUp(n, d));
        expect(divideHalfEven(-n, d)).toBe(-divideHalfEven(n, d));
        expect(divideUp(-n, d)).toBe(-divideDown(n, d));
      }),
    );
  });
});
