import { RoamgridError, type InstantMs } from '@roamgrid/kernel';
import type { Clock } from '@roamgrid/platform';

/** How long nobody asks a home that kept a driver waiting in vain. */
export const REST_MS = 15_000;
/** A failure that came sooner kept nobody waiting: nobody listens there, and to ask again costs nothing. */
const KEPT_WAITING_MS = 1_000;

/**
 * Homes that kept a driver waiting until the deadline and did not answer. For a while nobody asks them, so that
 * their other drivers hear at once what the off-line rule says; then one driver asks, and meanwhile nobody else.
 * An answer, whatever it is, ends it. Kept in memory: a restart asks once more.
 */
export class SilentHomes {
  readonly #clock: Clock;
  readonly #restUntil = new Map<string, InstantMs>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a driver may ask now; who may after a rest is the one who tries. */
  mayAsk(homeUtility: string): boolean {
    const untilMs = this.#restUntil.get(homeUtility);
    if (untilMs === undefined) return true;
    if (this.#clock.now() < untilMs) return false;
    this.#rest(homeUtility);
    return true;
  }

  /** Asks, and remembers whether there was an answer. @throws whatever the question throws */
  async ask<Reply>(homeUtility: string, question: () => Promise<Reply>): Promise<Reply> {
    const startedMs = this.#clock.now();
    try {
      const reply = await question();
      this.#restUntil.delete(homeUtility);
      return reply;
    } catch (error) {
      const isSilence = error instanceof RoamgridError && error.code === 'peer_unreachable';
      if (isSilence && this.#clock.now() - startedMs >= KEPT_WAITING_MS) this.#rest(homeUtility);
      else this.#restUntil.delete(homeUtility);
      throw error;
    }
  }

  #rest(homeUtility: string): void {
    this.#restUntil.set(homeUtility, this.#clock.now() + REST_MS);
  }
}
