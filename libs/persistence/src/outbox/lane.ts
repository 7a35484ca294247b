import type { StoredMessage } from './message.js';

/** Messages of one key on their way to one (utility, subject), in order. */
export interface Lane {
  readonly name: string;
  readonly to: string;
  /** the first is delivered or waits to be; never empty while the relay holds the lane */
  readonly queue: StoredMessage[];
  /** number of the scan that found it */
  readonly foundInScan: number;
  /** rows of it were read and put back: the outbox holds more for certain */
  isCut: boolean;
  /** runs while the head waits for its next attempt */
  retryTimer: NodeJS.Timeout | undefined;
}

const BACKOFF_FIRST_MS = 100;
const BACKOFF_CAP_MS = 30_000;
const BACKOFF_DOUBLINGS = 9;

/** Pause after the attempt that follows `attempts` earlier ones. */
export function backoffMs(attempts: number): number {
  return Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts, BACKOFF_DOUBLINGS));
}
