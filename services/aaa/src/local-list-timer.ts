import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Log } from '@roamgrid/platform';
import type { LocalLists } from './use-cases/push-local-lists.js';

export const LOCAL_LISTS = Symbol('LocalLists');
export const LOCAL_LIST_LOG = Symbol('LocalListLog');

/** A revocation has to be on every list within a minute of its issue. */
const EVERY_MS = 10_000;

/** Looks every ten seconds for stations whose list is not what it should be. */
@Injectable()
export class LocalListTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #lists: LocalLists;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(@Inject(LOCAL_LISTS) lists: LocalLists, @Inject(LOCAL_LIST_LOG) log: Log) {
    this.#lists = lists;
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
    await this.#lists.settled();
  }

  async #once(): Promise<void> {
    try {
      await this.#lists.push();
    } catch (error) {
      this.#log.error(
        { error: String(error) },
        'local lists were not looked at; it is tried again',
      );
    } finally {
      this.#running = null;
    }
  }
}
