import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer, type ProxyServer } from 'httpxy';

/** Closing a month may take two minutes; whoever waits longer than that waits for nothing. */
const ANSWER_TIMEOUT_MS = 130_000;

type Failed = (error: Error) => void;

/** What a client may not say about itself: the edge is who knows. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

function withoutClaims(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) {
    if (FORWARDED.includes(name) || name.startsWith('x-forwarded-')) delete request.headers[name];
  }
}

/** Passes requests and websockets on, unchanged but for who they come from. */
export class Proxy {
  readonly #server: ProxyServer = createProxyServer({
    xfwd: true,
    proxyTimeout: ANSWER_TIMEOUT_MS,
  });
  readonly #agent = new Agent({ keepAlive: true });

  constructor() {
    // failures are told by each call; an emitter without a listener would end the process
    this.#server.on('error', () => undefined);
  }

  pass(
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    failed: Failed,
  ): void {
    withoutClaims(request);
    this.#server
      .web(request, response, { target: origin, agent: this.#agent })
      .catch((error: unknown) => {
        failed(error instanceof Error ? error : new Error(String(error)));
      });
  }

  passUpgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    { origin, failed }: { readonly origin: string; readonly failed: Failed },
  ): void {
    withoutClaims(request);
    this.#server.ws(request, socket, { target: origin }, head).catch((error: unknown) => {
      failed(error instanceof Error ? error : new Error(String(error)));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
