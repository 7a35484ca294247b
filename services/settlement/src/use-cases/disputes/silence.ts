import { parseInstant, type InstantMs } from '@roamgrid/kernel';
import type { Receipts, SilenceTerms } from '../../dispute-ports.js';

const DAY_MS = 86_400_000;

/**
 * From when home's silence about an invoice counts: from the record that both recomputed it, or from when it
 * was issued and home had signed for every CDR of it, whichever was first. Null while neither stands: nobody
 * is silenced by what they may not have seen (DESIGN §8).
 */
export function silenceCountsFrom(
  issuedAt: string,
  receipts: Receipts,
  verifiedAtMs: InstantMs | null,
): InstantMs | null {
  const isReceipted = receipts.lines > 0 && receipts.accepted === receipts.lines;
  const receiptedAtMs = isReceipted
    ? Math.max(parseInstant(issuedAt), receipts.lastAtMs ?? 0)
    : null;
  const known = [receiptedAtMs, verifiedAtMs].filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Until when home may dispute; null while that does not run. */
export function windowEndsAt(
  countsFromMs: InstantMs | null,
  terms: SilenceTerms,
): InstantMs | null {
  return countsFromMs === null ? null : countsFromMs + terms.disputeWindowDays * DAY_MS;
}
