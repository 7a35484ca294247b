import type { AuthenticatedStation } from './stations/station-directory.js';
import type { Protocol } from './ocpp/protocol.js';

/** A live connection of one station, whatever carries it. */
export interface StationSocket {
  readonly protocol: Protocol;
  /** over TLS, or a link that does not leave the machine */
  readonly isPrivate: boolean;
  send(text: string): void;
  /** ends the connection with a WebSocket close code */
  close(code: number, reason: string): void;
  /** ends it without a farewell, when nobody is there to read one */
  terminate(): void;
  /** whether the other side answers a ping in time */
  isAlive(timeoutMs: number): Promise<boolean>;
}

/** What a connection tells of itself. */
export interface StationSocketEvents {
  onText(text: string): void;
  onClose(code: number): void;
}

/** Takes a new connection; gives its listener. */
export type AdmitSocket = (
  station: AuthenticatedStation,
  socket: StationSocket,
) => StationSocketEvents;

/** How a station answered a call of ours. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly description: string }
  /** no answer in time, or the connection went away meanwhile: the station may have got the call */
  | { readonly kind: 'timeout' }
  /** there was no connection to call by */
  | { readonly kind: 'offline' };

/** Calls towards stations: one outstanding per station, in the order they were asked for. */
export interface StationCalls {
  call(stationId: string, action: string, payload: object): Promise<CallOutcome>;
}
