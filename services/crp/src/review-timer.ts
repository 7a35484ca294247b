import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

export const REVIEW_WORK = Symbol('ReviewWork');
export const REVIEW_LOG = Symbol('ReviewLog');

const EVERY_MS = 3_600_000;

/** Looks for policies that are overdue for review, at the start and each hour. */
@Injectable()
export class ReviewTimer implements OnModuleInit, OnModuleDestroy {
  readonly #work: () => Promise<void>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(@Inject(REVIEW_WORK) work: () => Promise<void>, @Inject(REVIEW_LOG) log: Log) {
    this.#work = work;
    this.#log = log;
  }

  onModuleInit(): void {
    this.#look();
    this.#timer = setInterval(() => {
      this.#look();
    }, EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running = this.#running.then(this.#work).catch((error: unknown) => {
      this.#log.error({ error: String(error) }, 'policies could not be looked through');
    });
  }
}
