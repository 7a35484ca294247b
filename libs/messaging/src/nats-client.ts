import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RequestError, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { MessageClient } from './bus.js';
import type { RequestEnvelope } from './envelope.js';
import type { NatsAddress } from './nats-address.js';
import { limitOf, linkTo, openLink, type LinkOptions } from './nats-link.js';
import { readReply, writeRequest } from './nats-packets.js';

/**
 * nats-server takes the ways between accounts down and puts them up again whenever it reads its configuration,
 * and answers "nobody listens" in between. Nobody heard such a question, so that asking again does nothing twice;
 * who is not there after the last of these pauses is not there.
 */
const ASK_AGAIN_AFTER_MS = [20, 60] as const;

/**
 * Asks over NATS in the words of Nest's transport. All answers come to one inbox that is opened once: Nest's own
 * client opens and closes one a request. The link is opened by the first request.
 */
export class BusNatsClient implements MessageClient {
  readonly #options: LinkOptions;
  #link: Promise<NatsConnection> | null = null;

  constructor(address: NatsAddress) {
    this.#options = linkTo(address);
  }

  async send(pattern: string, data: RequestEnvelope, timeoutMs: number): Promise<unknown> {
    const link = await this.#open();
    const bytes = writeRequest({ id: randomUUID(), pattern, data }, limitOf(link));
    const deadlineMs = performance.now() + timeoutMs;
    const ask = (): Promise<Msg> =>
      link.request(pattern, bytes, { timeout: Math.max(1, deadlineMs - performance.now()) });
    for (const pauseMs of ASK_AGAIN_AFTER_MS) {
      const reply = await ask().catch(nullWhereUnheard);
      if (reply !== null) return readReply(reply);
      await pause(pauseMs);
    }
    return readReply(await ask());
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => null);
    await link?.close();
  }

  #open(): Promise<NatsConnection> {
    this.#link ??= openLink(this.#options).catch((error: unknown) => {
      // the next request tries again
      this.#link = null;
      throw error;
    });
    return this.#link;
  }
}

/** @throws whatever else went wrong: the question may have been heard */
function nullWhereUnheard(error: unknown): null {
  if (error instanceof RequestError && error.isNoResponders()) return null;
  throw error;
}
