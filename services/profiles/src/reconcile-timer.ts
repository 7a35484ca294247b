import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

export const RECONCILE = Symbol('Reconcile');
export const RECONCILE_LOG = Symbol('ReconcileLog');

/** a revocation is in force within a minute: two looks fit into it */
const EVERY_MS = 20_000;

/** Looks at the start and three times a minute for what no message told, or what a crash left. */
@Injectable()
export class ReconcileTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #reconcile: () => Promise<void>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(@Inject(RECONCILE) reconcile: () => Promise<void>, @Inject(RECONCILE_LOG) log: Log) {
    this.#reconcile = reconcile;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    this.#tick();
    this.#timer = setInterval(() => {
      this.#tick();
    }, EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    this.#running = this.#running.then(() => this.#once());
  }

  async #once(): Promise<void> {
    try {
      await this.#reconcile();
    } catch (error) {
      this.#log.error({ error: String(error) }, 'reconciling failed; it is tried again');
    }
  }
}
