import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'httpxy';

/** Closing a month may take two minutes; whoever waits longer than that waits for nothing. */
const ANSWER_TIMEOUT_MS = 130_000;

type Failed = (error: Error) => void;

interface Passing {
  readonly origin: string;
  /** what was read of the request's body, all of it; null where it passes through */
  readonly body: Readable | null;
  readonly failed: Failed;
}

/** What a client says about where it comes from is not passed on: the edge is who knows. */
function withoutClaims(request: IncomingMessage): void {
  request.headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) => name !== 'forwarded' && !name.startsWith('x-forwarded-'),
    ),
  );
}

/** Passes requests and websockets on, unchanged but for who they come from. */
export class Proxy {
  readonly #server: ProxyServer = createProxyServer({
    xfwd: true,
    proxyTimeout: ANSWER_TIMEOUT_MS,
  });
  readonly #agent = new Agent({ keepAlive: true });
  /** by the response or socket that waits */
  readonly #failed = new WeakMap<object, Failed>();

  constructor() {
    this.#server.on('error', (error, _request, waiting) => {
      if (waiting !== undefined) this.#failed.get(waiting)?.(error);
    });
    // said of the connection behind us, which the client does not have
    this.#server.on('proxyRes', (answer) => {
      delete answer.headers['keep-alive'];
    });
  }

  /** `failed` is called at most once, when the upstream cannot be reached or breaks off. */
  pass(
    request: IncomingMessage,
    response: ServerResponse,
    { origin, body, failed }: Passing,
  ): void {
    withoutClaims(request);
    this.#failed.set(response, failed);
    // what goes wrong is told by the error event; the promise ends with the response
    void this.#server.web(request, response, {
      target: origin,
      agent: this.#agent,
      ...(body === null ? {} : { buffer: body }),
    });
  }

  passUpgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    { origin, failed }: { readonly origin: string; readonly failed: Failed },
  ): void {
    withoutClaims(request);
    this.#failed.set(socket, failed);
    void this.#server.ws(request, socket, { target: origin }, head);
  }

  close(): void {
    this.#agent.destroy();
  }
}
