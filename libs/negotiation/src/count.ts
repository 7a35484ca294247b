const GREATEST_COUNT = 1_000_000_000n;

/** A number of grid steps, by which arrays and loops count; held to ±10⁹, so nothing is lost. */
export function countOf(steps: bigint): number {
  const least = steps < -GREATEST_COUNT ? -GREATEST_COUNT : steps;
  // eslint-disable-next-line no-restricted-syntax -- a count of steps is no figure of a bill
  return Number(least > GREATEST_COUNT ? GREATEST_COUNT : least);
}
