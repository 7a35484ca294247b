import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addFractions,
  compareFractions,
  fraction,
  multiplyFractions,
  roundFraction,
  ZERO,
} from '../src/fraction.js';

describe('a fraction', () => {
  it.each([
    // numerator, denominator, reduced
    [6n, 4n, 3n, 2n],
    [-6n, 4n, -3n, 2n],
    [0n, 9n, 0n, 1n],
    [7n, 1n, 7n, 1n],
  ])('%s/%s is %s/%s', (numerator, denominator, reducedNumerator, reducedDenominator) => {
    expect(fraction(numerator, denominator)).toEqual({
      numerator: reducedNumerator,
      denominator: reducedDenominator,
    });
  });

  it.each([0n, -3n])('has no denominator %s', (denominator) => {
    expect(() => fraction(1n, denominator)).toThrow(RangeError);
  });

  it('adds, multiplies and compares exactly', () => {
    const third = fraction(1n, 3n);
    const sixth = fraction(1n, 6n);
    expect(addFractions(third, sixth)).toEqual(fraction(1n, 2n));
    expect(addFractions(third, fraction(-1n, 3n))).toEqual(ZERO);
    expect(multiplyFractions(third, fraction(-3n, 5n))).toEqual(fraction(-1n, 5n));
    expect(compareFractions(third, sixth)).toBe(1);
    expect(compareFractions(sixth, third)).toBe(-1);
    expect(compareFractions(third, { numerator: 2n, denominator: 6n })).toBe(0);
    expect(compareFractions(fraction(-1n, 2n), ZERO)).toBe(-1);
  });

  it.each([
    [1n, 3n, 2, 'halfUp', 33n],
    [2n, 3n, 2, 'halfUp', 67n],
    [-1n, 200n, 2, 'halfUp', -1n],
    [-1n, 200n, 2, 'halfEven', 0n],
    [1n, 300n, 2, 'up', 1n],
    [-1n, 300n, 2, 'down', -1n],
    [5n, 1n, 0, 'halfUp', 5n],
  ] as const)('%s/%s at scale %i by %s is %s', (numerator, denominator, scale, policy, rounded) => {
    expect(roundFraction(fraction(numerator, denominator), scale, policy)).toBe(rounded);
  });

  it('sums in any order to the same', () => {
    const anyFraction = fc
      .tuple(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.bigInt(1n, 10n ** 6n))
      .map(([numerator, denominator]) => fraction(numerator, denominator));
    fc.assert(
      fc.property(anyFraction, anyFraction, anyFraction, (a, b, c) => {
        expect(addFractions(addFractions(a, b), c)).toEqual(addFractions(a, addFractions(c, b)));
        expect(multiplyFractions(a, addFractions(b, c))).toEqual(
          addFractions(multiplyFractions(a, b), multiplyFractions(a, c)),
        );
      }),
    );
  });
});
