import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Ports } from '../ports.js';
import { postIntent } from './post-intent.js';

const POLL_MS = 1_000;
const BATCH = 50;

/**
 * Brings intents to the ledger, one after another, woken by each commit that holds one and by a poll. Nobody
 * waits for it: with the ledger away intents stay pending and everything else works on.
 */
export class LedgerPoster implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #ports: Ports;
  #poll: NodeJS.Timeout | undefined;
  #isWanted = false;
  #running: Promise<void> | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  onApplicationBootstrap(): void {
    this.#ports.work.onIntent(() => {
      this.wake();
    });
    this.#poll = setInterval(() => {
      this.wake();
    }, POLL_MS);
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#isWanted = false;
    await this.#running;
  }

  /** Something may be due; safe to call as often as one likes. */
  wake(): void {
    if (this.#poll === undefined) return;
    this.#isWanted = true;
    this.#running ??= this.#runWhileWanted().finally(() => {
      this.#running = undefined;
    });
  }

  async #runWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#postDue();
      } catch (error) {
        // the books could not be read or written: the poll comes again
        this.#ports.log.warn({ error: String(error) }, 'ledger poster');
      }
    }
  }

  async #postDue(): Promise<void> {
    const nowMs = this.#ports.clock.now();
    const due = await this.#ports.work.run((books) => books.intents.due(nowMs, BATCH));
    for (const intent of due) {
      if (this.#poll === undefined) return;
      await postIntent(this.#ports, intent);
    }
    // each was the first of its invoice: the next of the same invoice may be due now
    if (due.length > 0) this.#isWanted = true;
  }
}
