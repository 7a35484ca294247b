import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RoamgridError } from '@roamgrid/kernel';
import { problemOf, toRoamgridError } from '@roamgrid/platform';
import { WebSocketServer, type WebSocket } from 'ws';
import { PROTOCOLS, type Protocol } from '../ocpp/protocol.js';
import type { AdmitSocket, StationSocket } from '../ports.js';
import type { RouterContext } from '../router.context.js';
import { originOf } from '../stations/request-origin.js';
import type { StationGate } from '../stations/station-gate.js';

export interface WsStationSocketsOptions {
  readonly server: Server;
  readonly context: RouterContext;
  readonly gate: StationGate;
  readonly admit: AdmitSocket;
}

const GREATEST_MESSAGE_BYTES = 65_536;
const MOST_FRAGMENTS = 1_024;
const STATION_PATH = /^\/ocpp\/([^/?#]{1,200})(?:\?|$)/;
const PING_EVERY_MS = 60_000;
const NO_PROTOCOL = 1002;
const NO_BINARY = 1003;

function isProtocol(text: string): text is Protocol {
  return (PROTOCOLS as readonly string[]).includes(text);
}

/** @throws RoamgridError `not_found` */
function stationIdOf(url: string): string {
  const segment = STATION_PATH.exec(url)?.[1];
  try {
    if (segment !== undefined) return decodeURIComponent(segment);
  } catch {
    // a broken percent-encoding names no station
  }
  throw new RoamgridError('not_found', 'no such path');
}

/** An answer to an upgrade that does not happen. */
function refuseUpgrade(socket: Duplex, error: RoamgridError, traceId: string): void {
  const body = JSON.stringify(problemOf(error, traceId));
  const head = [
    `HTTP/1.1 ${String(error.status)} ${problemOf(error, traceId).title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    ...(error.code === 'unauthorized' ? ['www-authenticate: Basic realm="roamgrid"'] : []),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function socketOf(ws: WebSocket, protocol: Protocol, isPrivate: boolean): StationSocket {
  return {
    protocol,
    isPrivate,
    send: (text) => {
      ws.send(text);
    },
    close: (code, reason) => {
      ws.close(code, reason);
    },
    terminate: () => {
      ws.terminate();
    },
    isAlive: (timeoutMs) => pingOnce(ws, timeoutMs),
  };
}

function pingOnce(ws: WebSocket, timeoutMs: number): Promise<boolean> {
  if (ws.readyState !== ws.OPEN) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isAlive: boolean): void => {
      clearTimeout(timer);
      ws.off('pong', onPong).off('close', onClose);
      resolve(isAlive);
    };
    const onPong = (): void => {
      settle(true);
    };
    const onClose = (): void => {
      settle(false);
    };
    const timer = setTimeout(onClose, timeoutMs);
    ws.once('pong', onPong).once('close', onClose).ping();
  });
}

/** OCPP-J over `ws`: authenticates the upgrade, settles the subprotocol, hands frames on as text. */
export class WsStationSockets {
  readonly #options: WsStationSocketsOptions;
  readonly #server: WebSocketServer;
  readonly #pinger: NodeJS.Timeout;

  constructor(options: WsStationSocketsOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: GREATEST_MESSAGE_BYTES,
      maxFragments: MOST_FRAGMENTS,
      perMessageDeflate: false,
      handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
    });
    options.server.on('upgrade', (request, socket, head) => {
      void this.#onUpgrade(request, socket, head);
    });
    this.#pinger = setInterval(() => {
      void this.#dropDead();
    }, PING_EVERY_MS);
    this.#pinger.unref();
  }

  close(): void {
    clearInterval(this.#pinger);
    this.#server.close();
  }

  async #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { context, gate, admit } = this.#options;
    const onError = (error: Error): void => {
      context.log.debug({ error: error.message }, 'a socket broke before its upgrade');
    };
    socket.on('error', onError);
    try {
      const url = request.url ?? '';
      const { headers } = request;
      const { remoteAddress } = request.socket;
      const isEncrypted = 'encrypted' in request.socket;
      const { address, isPrivate } = originOf({ remoteAddress, isEncrypted, headers });
      const { authorization } = headers;
      const station = await gate.socket({ url, authorization, address }, stationIdOf(url));
      socket.off('error', onError);
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        ws.on('error', onError);
        if (!isProtocol(ws.protocol)) {
          ws.close(NO_PROTOCOL, 'ocpp2.0.1 or ocpp1.6');
          return;
        }
        const events = admit(station, socketOf(ws, ws.protocol, isPrivate));
        ws.on('message', (data, isBinary) => {
          if (isBinary) ws.close(NO_BINARY, 'text only');
          else events.onText((data as Buffer).toString('utf8'));
        });
        ws.on('close', (code) => {
          events.onClose(code);
        });
      });
    } catch (error) {
      refuseUpgrade(socket, toRoamgridError(error), context.ids.uuid());
    }
  }

  /** Ends connections whose other side is gone without a word. */
  async #dropDead(): Promise<void> {
    await Promise.all(
      [...this.#server.clients].map(async (ws) => {
        if (!(await pingOnce(ws, PING_EVERY_MS / 2))) ws.terminate();
      }),
    );
  }
}
