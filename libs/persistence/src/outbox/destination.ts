import type { Lane } from './lane.js';

const CONCURRENT_DELIVERIES = 16;
/** so many lanes refused in a row mean that the utility is away, not that a message is bad */
const LANES_REFUSED_WHEN_AWAY = 3;
const PROBE_FIRST_MS = 100;
const PROBE_CAP_MS = 1_000;
const PROBE_DOUBLINGS = 4;

/**
 * One receiving utility. One bad message blocks its own lane only; when several lanes are refused
 * in a row, deliveries become single probes with pauses until one succeeds, so that a utility that
 * is down is not called by thousands of waiting lanes.
 */
export class Destination {
  readonly name: string;
  readonly ready: Lane[] = [];
  readonly #start: (lane: Lane) => void;
  readonly #refused = new Set<string>();
  #refusals = 0;
  #inFlight = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(name: string, start: (lane: Lane) => void) {
    this.name = name;
    this.#start = start;
  }

  get isAway(): boolean {
    return this.#refused.size >= LANES_REFUSED_WHEN_AWAY;
  }

  add(lane: Lane): void {
    this.ready.push(lane);
    this.pump();
  }

  pump(): void {
    const limit = this.isAway ? 1 : CONCURRENT_DELIVERIES;
    while (this.#pause === undefined && this.#inFlight < limit) {
      const lane = this.ready.shift();
      if (lane === undefined) return;
      this.#inFlight += 1;
      this.#start(lane);
    }
  }

  /** A delivery came through. Says whether the utility was away until now. */
  succeeded(): boolean {
    const wasAway = this.isAway;
    this.#inFlight -= 1;
    this.#refused.clear();
    this.#refusals = 0;
    this.endPause();
    return wasAway;
  }

  refused(lane: Lane): void {
    this.#inFlight -= 1;
    this.#refused.add(lane.name);
    this.#refusals += 1;
    if (this.isAway && this.#pause === undefined) {
      const doublings = Math.min(this.#refusals - LANES_REFUSED_WHEN_AWAY, PROBE_DOUBLINGS);
      const pauseMs = Math.min(PROBE_CAP_MS, PROBE_FIRST_MS * 2 ** doublings);
      this.#pause = setTimeout(() => {
        this.endPause();
        this.pump();
      }, pauseMs);
    }
  }

  /** The next probe need not wait. */
  endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  clear(): void {
    this.ready.length = 0;
    this.endPause();
  }
}
