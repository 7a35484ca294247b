import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

export const RECONCILE_CREDIT = Symbol('ReconcileCredit');
export const RECONCILE_LOG = Symbol('ReconcileLog');

const EVERY_MS = 30_000;

/** Looks at the start and every half minute for credit that is reserved for nothing. */
@Injectable()
export class ReconcileTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #reconcile: () => Promise<number>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RECONCILE_CREDIT) reconcile: () => Promise<number>,
    @Inject(RECONCILE_LOG) log: Log,
  ) {
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
      this.#log.error({ error: String(error) }, 'reconciling credit failed; it is tried again');
    }
  }
}
