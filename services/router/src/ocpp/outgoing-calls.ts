import { CALL } from './frame.js';
import type { CallOutcome } from '../ports.js';

export interface OutgoingCallsOptions {
  readonly send: (message: readonly unknown[], messageId: string, action: string) => void;
  readonly newMessageId: () => string;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly messageId: string;
  readonly settle: (outcome: CallOutcome) => void;
}

/** Our calls to one station: one outstanding, the others wait their turn (OCPP-J, synchronicity). */
export class OutgoingCalls {
  readonly #options: OutgoingCallsOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: Waiting | null = null;
  #isClosed = false;

  constructor(options: OutgoingCallsOptions) {
    this.#options = options;
  }

  call(action: string, payload: object): Promise<CallOutcome> {
    const outcome = this.#turn.then(() => this.#exchange(action, payload));
    this.#turn = outcome;
    return outcome;
  }

  /** Hands an answer to the call it belongs to; false when nobody asked. */
  settle(messageId: string, outcome: CallOutcome): boolean {
    if (this.#waiting?.messageId !== messageId) return false;
    this.#waiting.settle(outcome);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting?.settle({ kind: 'timeout' });
  }

  #exchange(action: string, payload: object): Promise<CallOutcome> {
    if (this.#isClosed) return Promise.resolve({ kind: 'offline' });
    return new Promise((resolve) => {
      const messageId = this.#options.newMessageId();
      const timer = setTimeout(() => {
        this.#waiting?.settle({ kind: 'timeout' });
      }, this.#options.timeoutMs);
      this.#waiting = {
        messageId,
        settle: (outcome) => {
          clearTimeout(timer);
          this.#waiting = null;
          resolve(outcome);
        },
      };
      this.#options.send([CALL, messageId, action, payload], messageId, action);
    });
  }
}
