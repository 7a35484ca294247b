import type { Clock } from '@roamgrid/platform';
import type { IssuedMandateStore } from '../ports.js';

/** far above the time-out of a reservation: whoever intended it has failed or died */
const INTENT_HOLDS_MS = 60_000;

/**
 * A charge may begin until its mandate has run out, last for three days, and its end be told a day later. A
 * mandate for one session of which nothing was heard by then holds no credit any more; a charge that is told
 * of later still is paid from what the balance has.
 */
const SILENCE_AFTER_EXPIRY_MS = 4 * 86_400_000;

/** Gives back what nobody will charge: reservations without a mandate, mandates without a word. */
export async function reconcileCredit(parts: {
  readonly issued: IssuedMandateStore;
  readonly clock: Clock;
}): Promise<number> {
  const nowMs = parts.clock.now();
  const abandoned = await parts.issued.abandonIntents(nowMs - INTENT_HOLDS_MS);
  const silent = await parts.issued.retireExpired(nowMs - SILENCE_AFTER_EXPIRY_MS);
  return abandoned + silent;
}
