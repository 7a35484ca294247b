import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { MessageClient } from './bus.js';
import type { RequestEnvelope } from './envelope.js';
import type { NatsAddress } from './nats-address.js';
import { limitOf, linkTo, openLink, type LinkOptions } from './nats-link.js';
import { readReply, writeRequest } from './nats-packets.js';

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
    return readReply(await link.request(pattern, bytes, { timeout: timeoutMs }));
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
