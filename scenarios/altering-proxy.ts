import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A gateway seen through a glass that changes what it answers; sockets pass unchanged. */
export class AlteringProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #alter: (path: string, text: string) => string;

  private constructor(target: string, alter: (path: string, text: string) => string) {
    this.#target = new URL(target);
    this.#alter = alter;
    this.#server = createServer((incoming, outgoing) => {
      const forwarded = request(this.#options(incoming), (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const body = this.#alter(incoming.url ?? '', text);
          const {
            'content-length': _length,
            'transfer-encoding': _coding,
            ...headers
          } = answer.headers;
          outgoing.writeHead(answer.statusCode ?? 502, headers);
          outgoing.end(body);
        });
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    this.#server.on('upgrade', (incoming, socket, head) => {
      this.#passThrough(incoming, socket, head);
    });
  }

  /** @param alter answers the body that is shown instead */
  static async open(
    target: string,
    alter: (path: string, text: string) => string,
  ): Promise<AlteringProxy> {
    const proxy = new AlteringProxy(target, alter);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #options({ method, url, headers }: IncomingMessage) {
    const { hostname, port, host } = this.#target;
    return {
      hostname,
      port,
      ...(method === undefined ? {} : { method }),
      ...(url === undefined ? {} : { path: url }),
      headers: { ...headers, host, 'accept-encoding': 'identity' },
    };
  }

  #passThrough(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    const { rawHeaders } = incoming;
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
    );
    upstream.write(`GET ${incoming.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    socket.pipe(upstream).pipe(socket);
    const end = (): void => {
      socket.destroy();
      upstream.destroy();
    };
    socket.on('error', end).on('close', end);
    upstream.on('error', end);
  }
}
