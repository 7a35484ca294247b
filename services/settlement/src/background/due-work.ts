import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

const POLL_MS = 1_000;

/**
 * What waits for somebody outside (a partner's signature, a bank's answer) is looked at again each second,
 * one thing after another. Each of them decides itself when it is due.
 */
export class DueWork implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #steps: readonly (() => Promise<void>)[];
  readonly #log: Log;
  #poll: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(steps: readonly (() => Promise<void>)[], log: Log) {
    this.#steps = steps;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    this.#poll = setInterval(() => void this.#begin(), POLL_MS);
  }

  /** Looks now. Resolves when everything that was due has been looked at. */
  async look(): Promise<void> {
    await this.#running;
    await this.#begin();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#poll);
    this.#poll = undefined;
    await this.#running;
  }

  #begin(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #round(): Promise<void> {
    for (const step of this.#steps) {
      if (this.#poll === undefined) return;
      try {
        await step();
      } catch (error) {
        // the books could not be read or written: the poll comes again
        this.#log.warn({ error: String(error) }, 'due work');
      }
    }
  }
}
