import { Destination } from './destination.js';
import type { Lane } from './lane.js';
import type { StoredMessage } from './message.js';
import type { Held, PendingMessage } from './outbox-store.js';

export interface LanesOptions {
  /** lanes that may be ready for one destination before no more are read for it */
  readonly full: number;
  /** begins the delivery of a lane's head */
  readonly start: (lane: Lane) => void;
}

/** All lanes in the relay's hands: ready, being delivered, or waiting for their next attempt. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #destinations = new Map<string, Destination>();

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** What the next scan has to leave out. */
  held(): Held {
    const lanes: string[] = [];
    const ids: bigint[] = [];
    for (const lane of this.#lanes.values()) {
      const head = lane.queue[0];
      if (head === undefined) continue;
      if (head.key === undefined) ids.push(head.id);
      else lanes.push(lane.name);
    }
    const full = [...this.#destinations.values()].filter(
      (destination) => destination.ready.length >= this.#options.full,
    );
    return { lanes, ids, destinations: full.map((destination) => destination.name) };
  }

  /** Sorts what a scan found into lanes and sets them going. */
  take(found: readonly PendingMessage[], scan: number): void {
    const fresh: Lane[] = [];
    for (const { lane: name, message } of found) {
      const known = this.#lanes.get(name);
      if (known !== undefined) {
        known.queue.push(message);
        continue;
      }
      const lane: Lane = {
        name,
        to: message.to,
        queue: [message],
        foundInScan: scan,
        isCut: false,
        retryTimer: undefined,
      };
      this.#lanes.set(name, lane);
      fresh.push(lane);
    }
    for (const lane of fresh) this.destination(lane.to).add(lane);
  }

  destination(name: string): Destination {
    let destination = this.#destinations.get(name);
    if (destination === undefined) {
      destination = new Destination(name, this.#options.start);
      this.#destinations.set(name, destination);
    }
    return destination;
  }

  /** Keeps only the head in memory: the rest may wait for hours, and the outbox has it. */
  waitForRetry(lane: Lane, message: StoredMessage, pauseMs: number): void {
    lane.isCut ||= lane.queue.length > 1;
    lane.queue.length = 0;
    lane.queue.push({ ...message, attempts: message.attempts + 1 });
    lane.retryTimer = setTimeout(() => {
      this.#retryNow(lane);
    }, pauseMs);
  }

  /** Lets nothing wait any longer that goes to the destination, or to any. */
  retryAll(destination?: string): void {
    for (const each of this.#destinations.values()) {
      if (destination === undefined || each.name === destination) each.endPause();
    }
    for (const lane of [...this.#lanes.values()]) {
      if (destination === undefined || lane.to === destination) this.#retryNow(lane);
    }
  }

  remove(lane: Lane): void {
    this.#lanes.delete(lane.name);
  }

  /** Forgets all that is not under way; deliveries under way still end and are marked. */
  releaseWaiting(): void {
    const ready = new Set<Lane>();
    for (const destination of this.#destinations.values()) {
      for (const lane of destination.ready) ready.add(lane);
      destination.clear();
    }
    for (const lane of [...this.#lanes.values()]) {
      if (lane.retryTimer !== undefined || ready.has(lane)) this.#forget(lane);
      else this.#cut(lane);
    }
  }

  #retryNow(lane: Lane): void {
    if (lane.retryTimer === undefined) return;
    clearTimeout(lane.retryTimer);
    lane.retryTimer = undefined;
    this.destination(lane.to).add(lane);
  }

  #forget(lane: Lane): void {
    clearTimeout(lane.retryTimer);
    lane.retryTimer = undefined;
    this.#lanes.delete(lane.name);
  }

  #cut(lane: Lane): void {
    lane.queue.length = Math.min(lane.queue.length, 1);
    lane.isCut = true;
  }
}
