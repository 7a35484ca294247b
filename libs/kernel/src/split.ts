import { divideDown } from './rounding.js';

/**
 * Splits `total` by integer weights so that the parts sum to `total` exactly (largest remainder).
 * Ties go to the part that stands first. Works for negative totals (credits) as the mirror image.
 *
 * @param total amount in minor units
 * @param weights non-negative, at least one positive
 * @throws RangeError for weights that are not so
 */
export function splitByLargestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a split weight is negative');
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  if (weightSum === 0n) throw new RangeError('a split needs at least one positive weight');
  if (total < 0n) return splitByLargestRemainder(-total, weights).map((part) => -part);

  const shares = weights.map((weight, index) => {
    const part = divideDown(total * weight, weightSum);
    return { index, part, remainder: total * weight - part * weightSum };
  });
  const parts = shares.map((share) => share.part);
  const missing = total - parts.reduce((sum, part) => sum + part, 0n);
  const byRemainder = [...shares].sort((left, right) =>
    left.remainder === right.remainder
      ? left.index - right.index
      : left.remainder > right.remainder
        ? -1
        : 1,
  );
  for (const share of byRemainder.slice(0, Number(missing))) {
    parts[share.index] = share.part + 1n;
  }
  return parts;
}
