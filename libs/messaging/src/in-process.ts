import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { addressOf, type MessageClient } from './bus.js';
import type { RequestEnvelope } from './envelope.js';
import { writeWireText } from './wire-text.js';

type Listener = (data: unknown) => Promise<unknown>;

/** The zero-setup bus: services in one process meet at one broker. */
export class InProcessBroker {
  readonly #listeners = new Map<string, Listener>();

  listen(address: string, listener: Listener): void {
    if (this.#listeners.has(address)) throw new Error(`${address} has a listener already`);
    this.#listeners.set(address, listener);
  }

  silence(address: string): void {
    this.#listeners.delete(address);
  }

  /**
   * Payloads cross as text, as on a wire: what passes here passes between processes too.
   * @throws Error when nobody listens
   */
  async send(address: string, data: unknown): Promise<unknown> {
    const listener = this.#listeners.get(address);
    if (listener === undefined) throw new Error(`nobody listens on ${address}`);
    return copied(await listener(copied(data)));
  }
}

function copied(value: unknown): unknown {
  return JSON.parse(writeWireText(value));
}

/** Nest transport of one utility's service over the in-process broker. */
export class InProcessServer extends Server implements CustomTransportStrategy {
  readonly #broker: InProcessBroker;
  readonly #utility: string;
  readonly #addresses: string[] = [];

  constructor(broker: InProcessBroker, utility: string) {
    super();
    this.#broker = broker;
    this.#utility = utility;
  }

  listen(callback: () => void): void {
    for (const [subject, handler] of this.messageHandlers) {
      const address = addressOf(this.#utility, subject);
      this.#broker.listen(address, async (data) => {
        const result: unknown = await handler(data);
        return new Promise((resolve, reject) => {
          this.transformToObservable(result).subscribe({ next: resolve, error: reject });
        });
      });
      this.#addresses.push(address);
    }
    callback();
  }

  close(): void {
    for (const address of this.#addresses) this.#broker.silence(address);
  }

  on(): void {
    throw new Error('the in-process bus has no connection events');
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's own signature
  unwrap<T>(): T {
    return this.#broker as T;
  }
}

export class InProcessClient implements MessageClient {
  readonly #broker: InProcessBroker;

  constructor(broker: InProcessBroker) {
    this.#broker = broker;
  }

  send(address: string, envelope: RequestEnvelope): Promise<unknown> {
    return this.#broker.send(address, envelope);
  }

  close(): void {
    // the broker is a map in memory: there is no connection to end
  }
}
