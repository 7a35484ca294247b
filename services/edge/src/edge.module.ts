import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { problem, refuseUpgrade } from './answer.js';
import { Edge, type EdgeParts } from './edge.js';

export { asyncApiDocument } from './async-api-document.js';
export { mergeOpenApi } from './merge-open-api.js';
export type { EdgeLog, EdgeParts } from './edge.js';
export type { HealthPart } from './health.js';
export type { Upstreams } from './upstreams.js';

export interface EdgeOptions extends EdgeParts {
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
}

export interface RunningEdge {
  readonly port: number;
  /** ends open requests and websockets too */
  stop(): Promise<void>;
}

/**
 * An idle connection outlives the pauses of a busy client: one that is closed just as the client writes to it
 * looks like a gateway that broke off.
 */
const KEEP_ALIVE_MS = 65_000;

/** What is no HTTP, or too much of it, never becomes a request: the socket is answered, and ends. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Socket, traceId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const content =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problem('headers_too_large', 'the headers are too large', traceId)
      : problem('malformed_request', 'the request cannot be read', traceId);
  refuseUpgrade(socket, content);
}

/** Opens the public port. It keeps nothing: several may stand beside each other. */
export async function startEdge({ host, port, ...parts }: EdgeOptions): Promise<RunningEdge> {
  const edge = new Edge(parts);
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    edge.handle(request, response);
  });
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    edge.upgrade(request, socket, head);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseUnread(error, socket, parts.newTraceId());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      edge.close();
    },
  };
}
