import { answered } from './answered.js';

/** How long the gateway took to answer one kind of station call. */
export interface CallTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** calls that were sent again because nobody answered them */
  readonly repeats: number;
}

/** The value below which `part` of the sorted ones lie. */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** Answer times by call, as the stations saw them. */
export class Timings {
  readonly #durationsMs = new Map<string, number[]>();
  readonly #repeats = new Map<string, number>();

  /** Runs a call, repeated until it is answered; its time is that of all tries together. */
  async measure<Value>(call: string, run: () => Promise<Value>): Promise<Value> {
    const startMs = performance.now();
    const value = await answered(run, () => {
      this.#repeats.set(call, (this.#repeats.get(call) ?? 0) + 1);
    });
    const durations = this.#durationsMs.get(call) ?? [];
    durations.push(performance.now() - startMs);
    this.#durationsMs.set(call, durations);
    return value;
  }

  summary(): Record<string, CallTimes> {
    const calls = [...this.#durationsMs].sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(
      calls.map(([call, durations]) => {
        const sorted = durations.toSorted((left, right) => left - right);
        return [
          call,
          {
            count: sorted.length,
            p50Ms: rounded(percentile(sorted, 0.5)),
            p99Ms: rounded(percentile(sorted, 0.99)),
            maxMs: rounded(sorted.at(-1) ?? 0),
            repeats: this.#repeats.get(call) ?? 0,
          },
        ];
      }),
    );
  }
}
