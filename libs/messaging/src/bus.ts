import { subjectOf, type Contract, type ReplyOf, type RequestInput } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { errorFromReply, replyEnvelope, type RequestEnvelope } from './envelope.js';
import { sessionOf } from './session-of.js';
import { concernSession, currentDeadlineMs, currentTrace } from './trace-context.js';

export interface RequestOptions {
  /** how long an answer is waited for; 10 s unless told, and never longer than our own sender waits for us */
  readonly timeoutMs?: number;
}

/**
 * The typed bus: the only way services speak with each other. Payloads are checked when they leave
 * and when they arrive; replies likewise.
 */
export interface Bus {
  /**
   * @param to slug of the utility whose service is asked
   * @throws RoamgridError the receiver's own error; `peer_unreachable` when nobody answered in time;
   *   `payload_too_large` for more than the bus carries; `internal` for a request or reply without its shape
   */
  request<C extends Contract>(
    contract: C,
    to: string,
    payload: RequestInput<C>,
    options?: RequestOptions,
  ): Promise<ReplyOf<C>>;
  /** Delivers an already validated outbox row; resolves when the receiver has committed it. */
  deliver(subject: string, to: string, payload: unknown): Promise<void>;
  close(): Promise<void>;
}

/** What carries messages. */
export interface MessageClient {
  /**
   * @param timeoutMs nobody waits longer for the answer
   * @throws Error named `TimeoutError` when there was none in time
   */
  send(pattern: string, data: RequestEnvelope, timeoutMs: number): Promise<unknown>;
  close(): unknown;
}

export interface NestBusOptions {
  readonly client: MessageClient;
  /** who speaks: `duke-energy/aaa`, `router` */
  readonly from: string;
  readonly now: () => number;
  readonly newTraceId: () => string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** `rg.duke-energy.aaa.swipe` */
export function addressOf(to: string, subject: string): string {
  return `rg.${to}.${subject}`;
}

/** Where a message arrives that came through the wall of another account: `rg.duke-energy.from.router.aaa.swipe` */
export function addressFrom(account: string, to: string, subject: string): string {
  return `rg.${to}.from.${account}.${subject}`;
}

/** The account that an address was reached from; null where it was reached from inside. */
export function accountOfAddress(address: string): string | null {
  return /^rg\.[^.]+\.from\.([^.]+)\./.exec(address)?.[1] ?? null;
}

export class NestBus implements Bus {
  readonly #options: NestBusOptions;
  #isClosed = false;

  constructor(options: NestBusOptions) {
    this.#options = options;
  }

  async request<C extends Contract>(
    contract: C,
    to: string,
    payload: RequestInput<C>,
    options: RequestOptions = {},
  ): Promise<ReplyOf<C>> {
    const subject = subjectOf(contract);
    const checked = contract.request.safeParse(payload);
    if (!checked.success) {
      throw new RoamgridError(
        'internal',
        `${subject} was sent malformed: ${checked.error.message}`,
      );
    }
    const reply = await this.#exchange(
      subject,
      to,
      payload,
      this.#withinDeadline(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    );
    const parsed = contract.reply.safeParse(reply);
    if (!parsed.success) {
      throw new RoamgridError(
        'internal',
        `${subject} was answered malformed: ${parsed.error.message}`,
      );
    }
    concernSession(sessionOf(parsed.data));
    return parsed.data as ReplyOf<C>;
  }

  async deliver(subject: string, to: string, payload: unknown): Promise<void> {
    await this.#exchange(subject, to, payload, DEFAULT_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.client.close();
  }

  /** An answer that comes after our own sender has given up is of no use to anybody. */
  #withinDeadline(timeoutMs: number): number {
    const deadlineMs = currentDeadlineMs();
    return deadlineMs === undefined
      ? timeoutMs
      : Math.min(timeoutMs, deadlineMs - this.#options.now());
  }

  async #exchange(
    subject: string,
    to: string,
    payload: unknown,
    timeoutMs: number,
  ): Promise<unknown> {
    const envelope: RequestEnvelope = {
      meta: {
        from: this.#options.from,
        traceId: currentTrace()?.traceId ?? this.#options.newTraceId(),
        deadlineMs: this.#options.now() + timeoutMs,
      },
      payload,
    };
    const reply = replyEnvelope.safeParse(
      await this.#send(addressOf(to, subject), envelope, timeoutMs),
    );
    if (!reply.success) {
      throw new RoamgridError(
        'internal',
        `${subject} was answered by something that is no service`,
      );
    }
    if (!reply.data.ok) throw errorFromReply(reply.data.error);
    return reply.data.payload;
  }

  async #send(address: string, envelope: RequestEnvelope, timeoutMs: number): Promise<unknown> {
    // the client would open a new link, which nobody closes any more
    if (this.#isClosed)
      throw new RoamgridError('peer_unreachable', 'this side of the bus is closed');
    if (timeoutMs <= 0) throw new RoamgridError('peer_unreachable', `${address}: no time is left`);
    try {
      return await within(timeoutMs, this.#options.client.send(address, envelope, timeoutMs));
    } catch (error) {
      // what cannot be sent, and a bus that is not there, say so themselves
      if (error instanceof RoamgridError) throw error;
      const reason = isTimeout(error) ? 'no answer in time' : 'nobody listens';
      throw new RoamgridError('peer_unreachable', `${address}: ${reason}`);
    }
  }
}

class OverdueError extends Error {
  override readonly name = 'TimeoutError';
}

/** A client that has no clock of its own, or opens its link first, keeps nobody waiting longer. */
function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new OverdueError('no answer in time'));
    }, limitMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Whichever of the two clocks rings first: the one here, or that of NATS's client. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
