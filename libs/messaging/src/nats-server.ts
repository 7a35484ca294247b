import { NatsContext, ServerNats, type MessageHandler } from '@nestjs/microservices';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { firstValueFrom, isObservable } from 'rxjs';
import { addressFrom, addressOf } from './bus.js';
import type { ReplyEnvelope } from './envelope.js';
import type { NatsAddress } from './nats-address.js';
import { limitOf, linkTo, openLink, type LinkOptions } from './nats-link.js';
import { readRequest, writeReply } from './nats-packets.js';

/** How long a service that stops waits for what it has taken; a handler may hang. */
const LAST_ANSWERS_MS = 5_000;

const SERVICE_FAILED: ReplyEnvelope = {
  ok: false,
  error: { code: 'internal', detail: 'the service failed', fields: [] },
};

/** Nest's NATS transport, listening on one utility's own subjects. */
export class UtilityNatsServer extends ServerNats {
  readonly #utility: string;
  readonly #queue: string;
  readonly #options: LinkOptions;
  readonly #subscriptions: Subscription[] = [];
  readonly #working = new Set<Promise<void>>();
  #link: NatsConnection | null = null;
  #isLinkUp = false;

  constructor(address: NatsAddress, utility: string, service: string) {
    const options = linkTo(address);
    super(options);
    this.#options = options;
    this.#utility = utility;
    this.#queue = `${utility}.${service}`;
    this.on('disconnect', () => (this.#isLinkUp = false));
    this.on('reconnect', () => (this.#isLinkUp = true));
  }

  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    super.addHandler(addressOf(this.#utility, pattern), callback, isEventHandler, extras);
  }

  /** @throws RoamgridError `peer_unreachable` */
  override async createNatsClient(): Promise<NatsConnection> {
    this.#link = await openLink(this.#options);
    this.#isLinkUp = true;
    return this.#link;
  }

  /** Listens when the server knows of it, not when it has been told: the next message may be here already. */
  override start(callback: (error?: unknown) => void): void {
    super.start((error) => {
      const link = this.#link;
      if (error !== undefined || link === null) callback(error);
      else link.flush().then(() => callback(), callback);
    });
  }

  /** One queue group a service: of its instances one gets a message, from inside or through a wall. */
  override bindEvents(link: NatsConnection): void {
    const inner = addressOf(this.#utility, '');
    for (const address of this.getHandlers().keys()) {
      const callback = this.getMessageHandler(address) as (error: unknown, message: Msg) => void;
      const outer = addressFrom('*', this.#utility, address.slice(inner.length));
      for (const heard of [address, outer]) {
        this.#subscriptions.push(link.subscribe(heard, { queue: this.#queue, callback }));
      }
    }
  }

  override async handleMessage(address: string, message: Msg): Promise<void> {
    const work = this.#answer(address, message);
    this.#working.add(work);
    try {
      await work;
    } finally {
      this.#working.delete(work);
    }
  }

  /** A request has one reply, so that what Nest does for streams of them is left out. */
  async #answer(address: string, message: Msg): Promise<void> {
    const handler = this.getHandlers().get(address);
    const request = readRequest(message);
    if (handler === undefined || request === null) {
      await super.handleMessage(address, message);
      return;
    }
    const context = new NatsContext([message.subject, message.headers]);
    const reply = (response: unknown): void => {
      message.respond(writeReply(request.id, response, limitOf(this.#link)));
    };
    try {
      const result: unknown = await handler(request.data, context);
      reply(isObservable(result) ? await firstValueFrom(result) : result);
    } catch (error) {
      reply(SERVICE_FAILED);
      throw error;
    }
  }

  /** Takes nothing new and answers what it has taken: no sender waits for a program that has gone. */
  override async close(): Promise<void> {
    const link = this.#link;
    if (link !== null && this.#isLinkUp) {
      await within(LAST_ANSWERS_MS, this.#finish(link));
    }
    this.#link = null;
    await super.close();
  }

  async #finish(link: NatsConnection): Promise<void> {
    await Promise.allSettled(this.#subscriptions.map((one) => one.drain()));
    await Promise.allSettled(this.#working);
    // a link that breaks meanwhile takes the replies with it; their senders repeat
    await link.flush().catch(() => undefined);
  }
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
