import type { RefusalReason } from '@roamgrid/contracts';
import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

const WINDOW_MS = 60_000;
const FAILURES_PER_WINDOW = 60;
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 600_000;
const FORGET_AFTER_MS = 900_000;

/** Refusals that tell whoever guesses numbers something; wrong check digits tell nothing. */
const TELLING: ReadonlySet<RefusalReason> = new Set(['credential_rejected', 'home_unknown']);

interface Failures {
  at: InstantMs[];
  blockedUntil: InstantMs;
  delayMs: number;
}

/**
 * Slows down a station that tries one number after the other: sixty refused in a minute, and none is looked
 * at for a while that doubles each time. A queue of drivers with wrong cards never gets there.
 */
export class ProbeGuard {
  readonly #clock: Clock;
  /** by station; stations have identified themselves, so there are not more than registered */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isSlowedDown(stationId: string): boolean {
    return this.#clock.now() < (this.#failures.get(stationId)?.blockedUntil ?? 0);
  }

  /** @throws RoamgridError `too_many_requests` */
  assertMayTry(stationId: string): void {
    if (!this.isSlowedDown(stationId)) return;
    throw new RoamgridError('too_many_requests', 'too many unknown numbers; wait and try again');
  }

  /** @returns whether the station is slowed down from now on */
  note(stationId: string, reason: RefusalReason | null): boolean {
    if (reason === null || !TELLING.has(reason)) return false;
    const now = this.#clock.now();
    const record = this.#recordOf(stationId, now);
    record.at = [...record.at.filter((at) => at > now - WINDOW_MS), now];
    if (record.at.length < FAILURES_PER_WINDOW) return false;
    record.blockedUntil = now + record.delayMs;
    record.delayMs = Math.min(record.delayMs * 2, LONGEST_DELAY_MS);
    record.at = [];
    return true;
  }

  #recordOf(stationId: string, now: InstantMs): Failures {
    const known = this.#failures.get(stationId);
    const lastAt = Math.max(known?.at.at(-1) ?? 0, known?.blockedUntil ?? 0);
    if (known !== undefined && now - lastAt < FORGET_AFTER_MS) return known;
    const fresh: Failures = { at: [], blockedUntil: 0, delayMs: FIRST_DELAY_MS };
    this.#failures.set(stationId, fresh);
    return fresh;
  }
}
