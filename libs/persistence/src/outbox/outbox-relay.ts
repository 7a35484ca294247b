import type { Database } from '../database/database.js';
import { toQueryError } from '../database/query-error.js';
import { DeliveryMarks } from './delivery-marks.js';
import type { Destination } from './destination.js';
import { Drains, type Recipients } from './drains.js';
import { backoffMs } from './lane.js';
import type { Lane } from './lane.js';
import { Lanes } from './lanes.js';
import { Leadership } from './leadership.js';
import type { StoredMessage } from './message.js';
import { OutboxStore } from './outbox-store.js';

export interface OutboxRelayOptions {
  readonly database: Database;
  /** slug of the utility whose outbox it is */
  readonly utility: string;
  /** resolves only when the receiver has committed; a rejection means: again later */
  readonly deliver: (message: StoredMessage) => Promise<void>;
  /** Unix milliseconds, for the times that are recorded */
  readonly now: () => number;
  /** each refused delivery, and, without a message, each trouble with the database */
  readonly onError: (error: unknown, message: StoredMessage | undefined) => void;
  /** rows read at once; 200 by default */
  readonly batchSize?: number;
  /** how long `drain` waits at most; 30 000 by default */
  readonly timeoutMs?: number;
}

/** What a drain waits for. */
export interface DrainWish {
  /** `reachable` leaves out partners that refuse something just now; everyone by default */
  readonly recipients?: Recipients;
  /** the last row; by default the newest now */
  readonly untilId?: bigint;
}

const DEFAULT_BATCH_SIZE = 200;
const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;
const POLL_MS = 1_000;
const STOP_GRACE_MS = 10_000;
const LAST_ERROR_CHARACTERS = 500;
/** a scan past a long backlog may take at most one part in so many of the time */
const SCAN_REST_FACTOR = 4;
const SCAN_FREE_MS = 20;
/** commits that follow each other within it are read, delivered and marked together */
const GATHER_MS = 10;
/** the same for what nobody waits for */
const GATHER_LEISURELY_MS = 100;

/**
 * Delivers an outbox: at least once, in order within a key, for ever. A refused message blocks its
 * own key only and is tried again with growing pauses, its error standing in its row. Woken by
 * commits of this process and by a poll each second for those of others.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #store: OutboxStore;
  readonly #leadership: Leadership;
  readonly #drains: Drains;
  readonly #lanes: Lanes;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #batchSize: number;
  #marks: DeliveryMarks;
  #poll: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;
  #forget: (() => void) | undefined;
  #scans = 0;
  #isScanning = false;
  #isScanWanted = false;
  #isGathering = false;
  /** something came since the last scan began that does not wait for long */
  #isUrgent = false;
  #gatheredSince = 0;
  #isHurried = false;
  #wasScanFull = false;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#batchSize = options.batchSize ?? DEFAULT_BATCH_SIZE;
    this.#store = new OutboxStore(options.database, options.utility);
    this.#marks = this.#newMarks();
    this.#lanes = new Lanes({
      full: this.#batchSize,
      start: (lane) => {
        this.#startDelivery(lane);
      },
    });
    this.#drains = new Drains({
      store: this.#store,
      timeoutMs: options.timeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS,
      onError: (error) => {
        this.#options.onError(error, undefined);
      },
    });
    this.#leadership = new Leadership({
      database: options.database,
      onGained: () => {
        this.wake();
      },
      onLost: () => {
        this.#lanes.releaseWaiting();
      },
      onError: (error) => {
        this.#options.onError(error, undefined);
      },
    });
  }

  /** Begins to deliver, or to stand by while another relay does. */
  async start(): Promise<void> {
    if (this.#poll !== undefined) return;
    this.#marks = this.#newMarks();
    this.#drains.open();
    this.#forget = this.#options.database.onEnqueued((canWait) => {
      if (!canWait) this.#hasten();
      this.wake();
    });
    this.#poll = setInterval(() => {
      this.wake();
      this.#drains.check();
    }, POLL_MS);
    await this.#leadership.start();
  }

  /** Something may have been committed; safe to call at any time and as often as one likes. */
  wake(): void {
    this.#isScanWanted = true;
    if (!this.#isScanning && this.#rest === undefined && this.#leadership.isHeld) {
      void this.#scanWhileWanted();
    }
  }

  /**
   * Resolves when every row up to the last one wished for is delivered. What waits for its next attempt is
   * tried at once.
   * @throws RoamgridError `peer_unreachable` after `timeoutMs`, with the oldest failing row's error
   */
  async drain({ recipients = 'everyone', untilId }: DrainWish = {}): Promise<void> {
    const target = untilId ?? (await this.#store.head());
    this.#lanes.retryAll();
    this.#endGathering();
    this.wake();
    await this.#drains.wait(target, recipients);
  }

  /** Messages not delivered yet, and the age of the oldest by the database's clock. */
  lag(): Promise<{ pending: number; oldestAgeMs: number }> {
    return this.#store.lag();
  }

  /** The newest row's id, 0 where there is none: what `drain` waits for. */
  head(): Promise<bigint> {
    return this.#store.head();
  }

  /** Lets deliveries under way end, ten seconds at most; what is left is delivered next time. */
  async stop(): Promise<void> {
    this.#forget?.();
    clearInterval(this.#poll);
    clearTimeout(this.#rest);
    this.#poll = undefined;
    this.#rest = undefined;
    this.#isScanWanted = false;
    this.#lanes.releaseWaiting();
    await withinGrace(Promise.all(this.#inFlight));
    this.#marks.stop();
    await this.#leadership.stop();
    this.#drains.abandon();
  }

  async #scanWhileWanted(): Promise<void> {
    this.#isScanning = true;
    while (this.#isScanWanted && this.#isDelivering) {
      this.#isScanWanted = false;
      this.#isUrgent = false;
      const startedAt = performance.now();
      await this.#scan();
      const tookMs = performance.now() - startedAt;
      if (tookMs > SCAN_FREE_MS) this.#restFor(tookMs * SCAN_REST_FACTOR);
      else if (!this.#isHurried) this.#gather();
      if (this.#rest !== undefined) break;
    }
    this.#isHurried = false;
    this.#isScanning = false;
  }

  #gather(): void {
    this.#restFor(this.#isUrgent ? GATHER_MS : GATHER_LEISURELY_MS);
    this.#isGathering = true;
    this.#gatheredSince = performance.now();
  }

  #hasten(): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    if (!this.#isGathering) return;
    clearTimeout(this.#rest);
    this.#restFor(Math.max(0, GATHER_MS - (performance.now() - this.#gatheredSince)));
  }

  /** Somebody waits for what was committed. */
  #endGathering(): void {
    this.#isHurried = this.#isScanning;
    if (!this.#isGathering) return;
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#isGathering = false;
  }

  get #isDelivering(): boolean {
    return this.#poll !== undefined && this.#leadership.isHeld;
  }

  #restFor(restMs: number): void {
    if (this.#poll === undefined) return;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#isGathering = false;
      if (this.#isScanWanted) this.wake();
    }, restMs);
  }

  async #scan(): Promise<void> {
    this.#scans += 1;
    try {
      const found = await this.#store.pending(this.#lanes.held(), this.#batchSize);
      this.#wasScanFull = found.length === this.#batchSize;
      if (this.#isDelivering) this.#lanes.take(found, this.#scans);
    } catch (error) {
      // the poll scans again
      this.#options.onError(error, undefined);
    }
  }

  #startDelivery(lane: Lane): void {
    const [message] = lane.queue;
    if (message === undefined) return;
    const delivery = this.#deliver(lane, message).finally(() => this.#inFlight.delete(delivery));
    this.#inFlight.add(delivery);
  }

  async #deliver(lane: Lane, message: StoredMessage): Promise<void> {
    const destination = this.#lanes.destination(lane.to);
    try {
      await this.#options.deliver(message);
    } catch (error) {
      await this.#refused(destination, lane, message, error);
      return;
    }
    await this.#marks.add(message.id);
    this.#drains.check();
    lane.queue.shift();
    const wasAway = destination.succeeded();
    if (!this.#isDelivering || lane.queue.length === 0) this.#leave(lane);
    else destination.ready.push(lane);
    if (wasAway) this.#lanes.retryAll(destination.name);
    destination.pump();
    if (this.#wasScanFull && destination.ready.length < this.#batchSize / 2) this.wake();
  }

  async #refused(
    destination: Destination,
    lane: Lane,
    message: StoredMessage,
    error: unknown,
  ): Promise<void> {
    this.#options.onError(error, message);
    const pauseMs = backoffMs(message.attempts);
    try {
      const nextAttemptAtMs = this.#options.now() + pauseMs;
      await this.#store.markFailed(message.id, errorText(error), nextAttemptAtMs);
    } catch (markError) {
      this.#options.onError(toQueryError(markError), undefined);
    }
    destination.refused(lane);
    if (this.#isDelivering) this.#lanes.waitForRetry(lane, message, pauseMs);
    else this.#leave(lane);
    destination.pump();
  }

  /** Rows that came for a lane while it was held were passed over, so they are looked for now. */
  #leave(lane: Lane): void {
    this.#lanes.remove(lane);
    if (!lane.isCut && !this.#wasScanFull && this.#scans <= lane.foundInScan) return;
    this.#hasten();
    this.wake();
  }

  #newMarks(): DeliveryMarks {
    return new DeliveryMarks({
      write: (ids) => this.#store.markDelivered(ids, this.#options.now()),
      onError: (error) => {
        this.#options.onError(error, undefined);
      },
    });
  }
}

function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, LAST_ERROR_CHARACTERS);
}

async function withinGrace(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, STOP_GRACE_MS);
  });
  await Promise.race([work, grace]);
  clearTimeout(timer);
}
