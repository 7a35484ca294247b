import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

export const REGULAR_WORK = Symbol('RegularWork');
export const REGULAR_LOG = Symbol('RegularLog');

/** Something that is looked after from the start on, again and again. */
export interface RegularWork {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/** Does each regular work by itself: one that fails or takes long holds up no other. */
@Injectable()
export class ReconcileTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #works: readonly RegularWork[];
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Map<string, Promise<void>>();

  constructor(@Inject(REGULAR_WORK) works: readonly RegularWork[], @Inject(REGULAR_LOG) log: Log) {
    this.#works = works;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    for (const work of this.#works) {
      this.#tick(work);
      this.#timers.push(
        setInterval(() => {
          this.#tick(work);
        }, work.everyMs),
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
  }

  /** one run at a time: what is due while it runs is done by the next */
  #tick(work: RegularWork): void {
    if (this.#running.has(work.name)) return;
    const run = this.#once(work).finally(() => this.#running.delete(work.name));
    this.#running.set(work.name, run);
  }

  async #once({ name, run }: RegularWork): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#log.error({ error: String(error) }, `${name} failed; it is tried again`);
    }
  }
}
