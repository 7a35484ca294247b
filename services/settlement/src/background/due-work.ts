import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

const POLL_MS = 1_000;

/** Something that may be due, and how long it may be so before somebody looks. */
export interface DueStep {
  /** whole seconds */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/**
 * What waits for somebody outside (a partner's signature, a bank's answer) is looked at again and again,
 * one thing after another. Each of them decides itself when it is due; what is due after days is looked for seldom.
 */
export class DueWork implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #steps: readonly DueStep[];
  #polls = 0;
  /** by the number of the poll */
  readonly #lookedAt = new Map<DueStep, number>();
  readonly #log: Log;
  #poll: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(steps: readonly DueStep[], log: Log) {
    this.#steps = steps;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    this.#poll = setInterval(() => {
      this.#polls += 1;
      void this.#begin(this.#steps.filter((step) => this.#isTurn(step)));
    }, POLL_MS);
  }

  /** Looks now, at everything. Resolves when everything that was due has been looked at. */
  async look(): Promise<void> {
    await this.#running;
    await this.#begin(this.#steps);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#poll);
    this.#poll = undefined;
    await this.#running;
  }

  /** A round that takes long makes a step wait, and not miss its turn. */
  #isTurn(step: DueStep): boolean {
    const lookedAt = this.#lookedAt.get(step);
    return lookedAt === undefined || (this.#polls - lookedAt) * POLL_MS >= step.everyMs;
  }

  #begin(steps: readonly DueStep[]): Promise<void> {
    this.#running ??= this.#round(steps).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #round(steps: readonly DueStep[]): Promise<void> {
    for (const step of steps) {
      if (this.#poll === undefined) return;
      this.#lookedAt.set(step, this.#polls);
      try {
        await step.run();
      } catch (error) {
        // the books could not be read or written: the poll comes again
        this.#log.warn({ error: String(error) }, 'due work');
      }
    }
  }
}
