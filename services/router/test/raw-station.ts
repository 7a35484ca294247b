import { once } from 'node:events';
import { WebSocket } from 'ws';

interface RawAddress {
  readonly url: string;
  readonly stationId: string;
  readonly password: string;
  readonly query?: string;
}

function open(address: RawAddress, protocol: string | null, options: object): WebSocket {
  const credentials = btoa(`${address.stationId}:${address.password}`);
  const url = `${address.url}/ocpp/${address.stationId}${address.query ?? ''}`;
  return new WebSocket(url, protocol === null ? [] : [protocol], {
    headers: { authorization: `Basic ${credentials}` },
    ...options,
  });
}

/** A socket that sends any text and hands out what comes back, in order. */
export class RawStation {
  readonly closed: Promise<number>;
  readonly #ws: WebSocket;
  readonly #received: unknown[][] = [];
  #wanted: ((frame: unknown[]) => void) | null = null;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
    this.closed = new Promise((resolve) => ws.once('close', resolve));
    ws.on('error', () => undefined);
    ws.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString('utf8')) as unknown[];
      if (this.#wanted === null) this.#received.push(frame);
      else this.#wanted(frame);
      this.#wanted = null;
    });
  }

  static async connect(
    address: RawAddress,
    protocol: string | null,
    options: object = {},
  ): Promise<RawStation> {
    const ws = open(address, protocol, options);
    const station = new RawStation(ws);
    await once(ws, 'open');
    return station;
  }

  /** HTTP status with which the upgrade is refused. */
  static async refusedWith(address: RawAddress, protocol: string): Promise<number> {
    const ws = open(address, protocol, {});
    ws.on('error', () => undefined);
    const [, response] = (await once(ws, 'unexpected-response')) as [
      unknown,
      { statusCode: number; destroy(): void },
    ];
    response.destroy();
    return response.statusCode;
  }

  send(text: string): void {
    this.#ws.send(text);
  }

  /** one message, cut into so many pieces */
  sendFragments(count: number): void {
    for (let index = 1; index <= count; index += 1) {
      this.#ws.send('x', { fin: index === count });
    }
  }

  /** a text frame whose bytes are no UTF-8 */
  sendInvalidText(): void {
    this.#ws.send(Buffer.from([0x5b, 0xff, 0xfe]), { binary: false });
  }

  sendBinary(bytes: Buffer): void {
    this.#ws.send(bytes, { binary: true });
  }

  next(): Promise<unknown[]> {
    const first = this.#received.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.#wanted = resolve;
    });
  }

  async close(): Promise<void> {
    this.#ws.close();
    await this.closed;
  }
}
