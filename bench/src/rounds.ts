/** Five rounds of a measurement beside its baseline, in one run. */
export const ROUNDS = 5;

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const value = sorted[Math.floor(sorted.length / 2)];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}

export function spreadOf(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

export function show({ min, median: middle, max }: Spread, digits = 2): string {
  return [min, middle, max].map((value) => value.toFixed(digits)).join('–');
}

/** Milliseconds of one asynchronous call. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedNs = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - startedNs) / 1e6;
}
