import type { SignedMandate, StationClass } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

/** Far below the hour after which it is noted anew that a driver still comes. */
const HOLDS_MS = 600_000;
const MOST_DRIVERS = 2_000;

/**
 * Drivers of whom it was noted a moment ago, under which mandate they came: a driver who swipes again and again is
 * written down once. Kept in memory: a restart notes them once more, which changes nothing.
 */
export class ShownLately {
  readonly #clock: Clock;
  readonly #noted = new Map<string, { readonly hash: string; readonly untilMs: InstantMs }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(identityKey: string, stationClass: StationClass, { documentHash }: SignedMandate): boolean {
    const noted = this.#noted.get(`${identityKey} ${stationClass}`);
    return noted?.hash === documentHash && this.#clock.now() < noted.untilMs;
  }

  /** Only what is committed: what was rolled back was never noted. */
  keep(identityKey: string, stationClass: StationClass, mandate: SignedMandate): void {
    if (this.has(identityKey, stationClass, mandate)) return;
    const key = `${identityKey} ${stationClass}`;
    this.#noted.delete(key);
    this.#noted.set(key, {
      hash: mandate.documentHash,
      untilMs: this.#clock.now() + HOLDS_MS,
    });
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > MOST_DRIVERS && oldest !== undefined) this.#noted.delete(oldest);
  }
}
