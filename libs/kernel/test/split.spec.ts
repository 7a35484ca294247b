import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitByLargestRemainder } from '../src/split.js';

describe('splitByLargestRemainder', () => {
  it.each<[bigint, bigint[], bigint[]]>([
    // total, weights, parts
    [0n, [1n, 1n], [0n, 0n]],
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [101n, [1n, 1n, 1n], [34n, 34n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [1n, [1n, 1n], [1n, 0n]],
    [10n, [1n], [10n]],
    [10n, [0n, 1n], [0n, 10n]],
    [10n, [0n, 1n, 0n, 3n], [0n, 3n, 0n, 7n]],
    [1407n, [5n, 20n, 75n], [70n, 282n, 1055n]],
    [-1407n, [5n, 20n, 75n], [-70n, -282n, -1055n]],
    [7n, [10n, 20n, 70n], [1n, 1n, 5n]],
  ])('%s by %s is %s', (total, weights, parts) => {
    expect(splitByLargestRemainder(total, weights)).toEqual(parts);
  });

  it.each<[bigint[], string]>([
    [[], 'no weight'],
    [[0n, 0n], 'only zeros'],
    [[2n, -1n], 'a negative weight'],
  ])('refuses %s: %s', (weights) => {
    expect(() => splitByLargestRemainder(100n, weights)).toThrow(RangeError);
  });

  const anyWeights = fc
    .array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 8 })
    .filter((weights) => weights.some((weight) => weight > 0n));

  it('parts sum to the total, and none is a whole unit away from its exact share', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), anyWeights, (total, weights) => {
        const parts = splitByLargestRemainder(total, weights);
        const sum = weights.reduce((left, right) => left + right, 0n);
        expect(parts.reduce((left, right) => left + right, 0n)).toBe(total);
        parts.forEach((part, index) => {
          const distance = part * sum - total * (weights[index] ?? 0n);
          expect(distance < sum && distance > -sum).toBe(true);
        });
      }),
    );
  });

  it('a weight of nothing gets nothing', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), anyWeights, (total, weights) => {
        expect(splitByLargestRemainder(total, [...weights, 0n]).at(-1)).toBe(0n);
      }),
    );
  });
});
