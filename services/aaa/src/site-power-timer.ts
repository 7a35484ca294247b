import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';
import type { SitePower } from './use-cases/share-site-power.js';

export const SITE_POWER = Symbol('SitePower');
export const SITE_POWER_LOG = Symbol('SitePowerLog');

const EVERY_MS = 2_000;

/** Looks every two seconds how the charges of a site share what its connection gives. */
@Injectable()
export class SitePowerTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #power: SitePower;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(@Inject(SITE_POWER) power: SitePower, @Inject(SITE_POWER_LOG) log: Log) {
    this.#power = power;
    this.#log = log;
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#once();
    }, EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#power.settled();
  }

  async #once(): Promise<void> {
    try {
      await this.#power.share();
    } catch (error) {
      this.#log.error({ error: String(error) }, 'power was not shared; it is tried again');
    } finally {
      this.#running = null;
    }
  }
}
