import { divideBy, divideExact, type RoundingPolicy } from './rounding.js';

/** An exact rational number; the denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

/** The fraction in lowest terms. @throws RangeError for a denominator that is not positive */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  if (denominator <= 0n) throw new RangeError('a fraction needs a positive denominator');
  const divisor = greatestCommonDivisor(numerator, denominator);
  return {
    numerator: divideExact(numerator, divisor),
    denominator: divideExact(denominator, divisor),
  };
}

/** In lowest terms, as every result of this file. */
export function addFractions(left: Fraction, right: Fraction): Fraction {
  return fraction(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  );
}

/** In lowest terms. */
export function multiplyFractions(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.numerator, left.denominator * right.denominator);
}

/** Negative, zero or positive, as `left` is below, equal to or above `right`. */
export function compareFractions(left: Fraction, right: Fraction): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The fraction as an integer scaled by 10^scale under the named rounding. */
export function roundFraction(value: Fraction, scale: number, policy: RoundingPolicy): bigint {
  return divideBy(policy, value.numerator * 10n ** BigInt(scale), value.denominator);
}
