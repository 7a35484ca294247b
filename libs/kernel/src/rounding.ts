/**
 * The only divisions that money and energy may use. Each states its rounding in its name.
 * All take and give `bigint`; the denominator must be positive.
 */

function assertPositive(denominator: bigint): void {
  if (denominator <= 0n) throw new RangeError('a rounding division needs a positive denominator');
}

/** Rounds half away from zero: 0.5 → 1, −0.5 → −1. The default for money. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  assertPositive(denominator);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n);
  return numerator < 0n ? -rounded : rounded;
}

/** Rounds half to the even neighbour: 0.5 → 0, 1.5 → 2. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = divideDown(numerator, denominator);
  const twiceRest = (numerator - floor * denominator) * 2n;
  if (twiceRest > denominator) return floor + 1n;
  if (twiceRest < denominator) return floor;
  return floor % 2n === 0n ? floor : floor + 1n;
}

/** Rounds towards plus infinity: 1/2 → 1, −1/2 → 0. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  return -divideDown(-numerator, denominator);
}

/** Rounds towards minus infinity: 1/2 → 0, −1/2 → −1. */
export function divideDown(numerator: bigint, denominator: bigint): bigint {
  assertPositive(denominator);
  const truncated = numerator / denominator;
  return numerator % denominator < 0n ? truncated - 1n : truncated;
}

/** A division that must come out even; a remainder is a bug and throws. */
export function divideExact(numerator: bigint, denominator: bigint): bigint {
  assertPositive(denominator);
  if (numerator % denominator !== 0n) throw new RangeError('an exact division left a remainder');
  return numerator / denominator;
}

/** How an amount comes to its minor unit; a term of the agreement. */
export type RoundingPolicy = 'halfUp' | 'halfEven' | 'up' | 'down';

/** Divides under the named policy. @throws RangeError for a denominator that is not positive */
export function divideBy(policy: RoundingPolicy, numerator: bigint, denominator: bigint): bigint {
  switch (policy) {
    case 'halfUp':
      return divideHalfUp(numerator, denominator);
    case 'halfEven':
      return divideHalfEven(numerator, denominator);
    case 'up':
      return divideUp(numerator, denominator);
    case 'down':
      return divideDown(numerator, denominator);
  }
}

/**
 * A bigint that counts milliseconds, seconds or positions, as a number.
 *
 * @throws RangeError beyond 2^53 − 1, where a number would lose digits without a word
 */
export function toSafeInteger(value: bigint): number {
  const asNumber = Number(value);
  if (!Number.isSafeInteger(asNumber)) throw new RangeError('an integer too large for a number');
  return asNumber;
}

/** How often `unit` goes into `value`, towards minus infinity; for times and positions, never for money. */
export function floorQuotient(value: number, unit: number): number {
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(unit) || unit <= 0) {
    throw new RangeError('a floor quotient needs safe integers and a positive unit');
  }
  return Math.floor(value / unit);
}
