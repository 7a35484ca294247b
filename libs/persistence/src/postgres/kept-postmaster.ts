import type { Postmaster } from './postmaster.js';
import type { KeepRunning } from './server.js';
import { reasonOf } from './start-error.js';

const FIRST_PAUSE_MS = 100;
const GREATEST_PAUSE_MS = 10_000;
/** one that ran so long is not the victim of its own start */
const STEADY_MS = 20_000;

/** A server that is started again whenever it ends, on the port that everybody knows, until it is stopped. */
export class KeptPostmaster {
  readonly #startAgain: () => Promise<Postmaster>;
  readonly #keepRunning: KeepRunning;
  #postmaster: Postmaster | null;
  #pauseMs = FIRST_PAUSE_MS;
  #starting: Promise<void> = Promise.resolve();
  #waiting: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(first: Postmaster, startAgain: () => Promise<Postmaster>, keepRunning: KeepRunning) {
    this.#postmaster = first;
    this.#startAgain = startAgain;
    this.#keepRunning = keepRunning;
    this.#watch(first);
  }

  /** null while it is down */
  get pid(): number | null {
    return this.#postmaster?.pid ?? null;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#waiting);
    await this.#starting;
    await this.#postmaster?.stop();
  }

  #watch(postmaster: Postmaster): void {
    const startedMs = performance.now();
    void postmaster.ended.then((how) => {
      this.#postmaster = null;
      if (this.#isStopping) return;
      if (performance.now() - startedMs > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#again(`ended (${how})`);
      this.#keepRunning.onChange();
    });
  }

  #again(what: string): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, GREATEST_PAUSE_MS);
    this.#keepRunning.tell(`postgres ${what}; it is started again in ${String(pauseMs)} ms`);
    this.#waiting = setTimeout(() => {
      this.#starting = this.#start();
    }, pauseMs);
    // nobody is kept alive by a server that is down
    this.#waiting.unref();
  }

  async #start(): Promise<void> {
    try {
      this.#postmaster = await this.#startAgain();
    } catch (error) {
      if (!this.#isStopping) this.#again(`did not start (${reasonOf(error)})`);
      return;
    }
    this.#watch(this.#postmaster);
    this.#keepRunning.onChange();
  }
}
