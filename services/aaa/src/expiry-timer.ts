import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';

export const EXPIRE_SESSIONS = Symbol('ExpireSessions');
export const EXPIRY_LOG = Symbol('ExpiryLog');

const EVERY_MS = 2_000;

/** Looks every two seconds for quotes and consents whose time is over. */
@Injectable()
export class ExpiryTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #expire: () => Promise<number>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EXPIRE_SESSIONS) expire: () => Promise<number>,
    @Inject(EXPIRY_LOG) log: Log,
  ) {
    this.#expire = expire;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#once());
    }, EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #once(): Promise<void> {
    try {
      await this.#expire();
    } catch (error) {
      this.#log.error({ error: String(error) }, 'expiring sessions failed; it is tried again');
    }
  }
}
