import { ClientNats, ServerNats, type MessageHandler } from '@nestjs/microservices';
import { connect, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { RoamgridError } from '@roamgrid/kernel';
import { addressFrom, addressOf } from './bus.js';
import type { NatsAddress } from './nats-address.js';
import { ReplyDeserializer, replySerializer, requestSerializer } from './nats-packets.js';

/** NATS's own default; the server names its limit when one connects. */
const DEFAULT_PAYLOAD_BYTES = 1_048_576;

/** A link that died without a word is found out within two of these. */
const PING_INTERVAL_MS = 20_000;

/** How long a service that stops waits for what it has taken; a handler may hang. */
const LAST_ANSWERS_MS = 5_000;

interface LinkOptions extends NatsAddress {
  readonly maxReconnectAttempts: number;
  readonly pingInterval: number;
}

/** Nest's own default gives up after twenty seconds, and the service would stay deaf for ever. */
function linkTo(address: NatsAddress): LinkOptions {
  return { ...address, maxReconnectAttempts: -1, pingInterval: PING_INTERVAL_MS };
}

/** @throws RoamgridError `peer_unreachable`, naming the servers and not what opens them */
async function openLink(options: LinkOptions): Promise<NatsConnection> {
  try {
    return await connect(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RoamgridError(
      'peer_unreachable',
      `the bus at ${options.servers.join(', ')} cannot be used: ${reason}`,
    );
  }
}

const limitOf = (link: NatsConnection | null): number =>
  link?.info?.max_payload ?? DEFAULT_PAYLOAD_BYTES;

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
    super({ ...options, serializer: replySerializer(() => limitOf(this.#link)) });
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
    const work = super.handleMessage(address, message) as Promise<void>;
    this.#working.add(work);
    try {
      await work;
    } finally {
      this.#working.delete(work);
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

/** Nest's NATS client; its link is opened by the first request. */
export class BusNatsClient extends ClientNats {
  readonly #options: LinkOptions;
  #link: NatsConnection | null = null;

  constructor(address: NatsAddress) {
    const options = linkTo(address);
    super({
      ...options,
      serializer: requestSerializer(() => limitOf(this.#link)),
      deserializer: new ReplyDeserializer(),
    });
    this.#options = options;
  }

  /** @throws RoamgridError `peer_unreachable` */
  override async createClient(): Promise<NatsConnection> {
    this.#link = await openLink(this.#options);
    return this.#link;
  }
}
