import type { Started } from '../started.js';
import {
  startUtility,
  type RunningUtility,
  type UtilityServicesParts,
} from '../utility-services.js';
import type { MemberHost } from './consortium.js';

/** The members' services, all in this process; who joins is started beside those that run. */
export class HostInProcess implements MemberHost {
  /** in the order of their start */
  readonly running: RunningUtility[] = [];
  readonly #portals: Record<string, string> = {};
  readonly #parts: UtilityServicesParts;
  readonly #started: Started;

  constructor(parts: UtilityServicesParts, started: Started) {
    this.#parts = parts;
    this.#started = started;
  }

  /** where each member's portal listens, as the edge reads it for every request */
  get portals(): Readonly<Record<string, string>> {
    return this.#portals;
  }

  /** In one process nobody is kept apart by name. */
  admit(): Promise<void> {
    return Promise.resolve();
  }

  isRunning(utility: string): boolean {
    return this.running.some((one) => one.utility === utility);
  }

  async start(utility: string): Promise<void> {
    const running = await startUtility(this.#parts, utility);
    this.#started.add(() => running.stop());
    this.running.push(running);
    this.#portals[utility] = `http://${this.#parts.host}:${String(running.portalPort)}`;
  }
}
