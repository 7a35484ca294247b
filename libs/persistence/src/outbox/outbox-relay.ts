import type { Database } from '../database/database.js';
import type { StoredMessage } from './message.js';

export interface OutboxRelayOptions {
  readonly database: Database;
  /** resolves only when the receiver has committed; a rejection means: again later */
  readonly deliver: (message: StoredMessage) => Promise<void>;
  /** Unix milliseconds */
  readonly now: () => number;
  readonly onError: (error: unknown, message: StoredMessage | undefined) => void;
  /** rows read at once; 200 by default */
  readonly batchSize?: number;
  /** how long `drain` waits at most; 30 000 by default */
  readonly timeoutMs?: number;
}
export declare class OutboxRelay {
  constructor(options: OutboxRelayOptions);
  start(): Promise<void>;
  wake(): void;
  drain(untilId?: bigint): Promise<void>;
  lag(): Promise<{ pending: number; oldestAgeMs: number }>;
  head(): Promise<bigint>;
  stop(): Promise<void>;
}
