import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

const WINDOW_MS = 10_000;
const TRIES_PER_WINDOW = 20;
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 300_000;
const FORGET_AFTER_MS = 900_000;
const MOST_KEYS = 10_000;

interface Record {
  failures: InstantMs[];
  blockedUntil: InstantMs;
  delayMs: number;
  lastAt: InstantMs;
}

/**
 * Slows down who guesses passwords: twenty wrong ones in ten seconds, for one station id from one
 * address, and the next tries are not looked at for a while that doubles each time.
 */
export class PasswordGuard {
  readonly #clock: Clock;
  readonly #records = new Map<string, Record>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws RoamgridError `too_many_requests` */
  assertMayTry(stationId: string, address: string): void {
    const record = this.#records.get(`${stationId}@${address}`);
    if (record !== undefined && this.#clock.now() < record.blockedUntil) {
      throw new RoamgridError('too_many_requests', 'too many wrong passwords; wait and try again');
    }
  }

  noteFailure(stationId: string, address: string): void {
    const now = this.#clock.now();
    const record = this.#recordOf(`${stationId}@${address}`, now);
    record.lastAt = now;
    record.failures = [...record.failures.filter((at) => at > now - WINDOW_MS), now];
    if (record.failures.length < TRIES_PER_WINDOW) return;
    record.blockedUntil = now + record.delayMs;
    record.delayMs = Math.min(record.delayMs * 2, LONGEST_DELAY_MS);
    record.failures = [];
  }

  #recordOf(key: string, now: InstantMs): Record {
    const known = this.#records.get(key);
    if (known !== undefined && now - known.lastAt < FORGET_AFTER_MS) return known;
    const fresh: Record = { failures: [], blockedUntil: 0, delayMs: FIRST_DELAY_MS, lastAt: now };
    this.#records.delete(key);
    this.#records.set(key, fresh);
    const oldest = this.#records.keys().next().value;
    if (this.#records.size > MOST_KEYS && oldest !== undefined) this.#records.delete(oldest);
    return fresh;
  }
}
