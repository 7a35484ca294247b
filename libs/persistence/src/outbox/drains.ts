import { RoamgridError } from '@roamgrid/kernel';
import type { OutboxStore, Undelivered } from './outbox-store.js';

/** Whose deliveries are waited for; `reachable`: one's own utility and partners that refuse nothing just now. */
export type Recipients = 'everyone' | 'reachable';

interface Waiter {
  readonly untilId: bigint;
  readonly recipients: Recipients;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export interface DrainsOptions {
  readonly store: OutboxStore;
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/** Those who wait until the outbox is delivered up to some row. */
export class Drains {
  readonly #options: DrainsOptions;
  readonly #waiters = new Set<Waiter>();
  #isChecking = false;
  #isCheckWanted = false;
  #isOver = false;

  constructor(options: DrainsOptions) {
    this.#options = options;
  }

  /** The relay runs, or runs again. */
  open(): void {
    this.#isOver = false;
  }

  wait(untilId: bigint, recipients: Recipients): Promise<void> {
    if (this.#isOver) return Promise.reject(relayStopped());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => void this.#giveUp(waiter), this.#options.timeoutMs);
      const waiter: Waiter = { untilId, recipients, resolve, reject, timer };
      this.#waiters.add(waiter);
      this.check();
    });
  }

  /** Something was delivered, perhaps by another relay. */
  check(): void {
    if (this.#waiters.size === 0) return;
    this.#isCheckWanted = true;
    if (!this.#isChecking) void this.#checkWhileWanted();
  }

  /** The relay stops: nobody is going to be told any more. */
  abandon(): void {
    this.#isOver = true;
    for (const waiter of [...this.#waiters]) {
      this.#end(waiter);
      waiter.reject(relayStopped());
    }
  }

  async #checkWhileWanted(): Promise<void> {
    this.#isChecking = true;
    while (this.#isCheckWanted) {
      this.#isCheckWanted = false;
      try {
        await this.#releaseReady('everyone');
        await this.#releaseReady('reachable');
      } catch (error) {
        // the next delivery or poll checks again; the waiter's own time-out ends it at last
        this.#options.onError(error);
      }
    }
    this.#isChecking = false;
  }

  async #releaseReady(recipients: Recipients): Promise<void> {
    const isAsked = [...this.#waiters].some((waiter) => waiter.recipients === recipients);
    if (!isAsked) return;
    const { store } = this.#options;
    const oldest = await (recipients === 'everyone'
      ? store.oldestUndelivered()
      : store.oldestReachable());
    for (const waiter of [...this.#waiters]) {
      if (waiter.recipients !== recipients) continue;
      if (oldest !== undefined && oldest.id <= waiter.untilId) continue;
      this.#end(waiter);
      waiter.resolve();
    }
  }

  async #giveUp(waiter: Waiter): Promise<void> {
    this.#end(waiter);
    try {
      const { store } = this.#options;
      waiter.reject(notDrained((await store.oldestFailing()) ?? (await store.oldestUndelivered())));
    } catch (error) {
      waiter.reject(error);
    }
  }

  #end(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}

function relayStopped(): RoamgridError {
  return new RoamgridError('peer_unreachable', 'The outbox relay was stopped');
}

function notDrained(row: Undelivered | undefined): RoamgridError {
  if (row === undefined) {
    return new RoamgridError('peer_unreachable', 'The outbox was not delivered in time');
  }
  const what = `Outbox message ${String(row.id)} (${row.subject} to ${row.to})`;
  const why = row.lastError ?? 'no attempt has ended';
  return new RoamgridError(
    'peer_unreachable',
    `${what} is not delivered after ${String(row.attempts)} attempts: ${why}`,
  );
}
