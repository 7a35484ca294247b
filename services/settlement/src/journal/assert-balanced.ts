import type { JournalEntry } from '../records.js';

/** Every entry sums to zero in every currency. @throws RangeError: a bug, never an input's fault */
export function assertBalanced(entry: JournalEntry): void {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of entry.lines) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  }
  for (const [currency, sum] of sums) {
    if (sum !== 0n) {
      throw new RangeError(`${entry.naturalKey} is out of balance by ${String(sum)} ${currency}`);
    }
  }
}
