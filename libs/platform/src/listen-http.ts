import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListeningServer {
  readonly port: number;
  /** Ends open connections too. */
  stop(): Promise<void>;
}

/** the edge keeps idle connections 65 s: one that closes while a request is on its way would fail it */
const KEEP_ALIVE_MS = 72_000;

/** @param address port 0 takes a free one */
export async function listenHttp(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ListeningServer> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
