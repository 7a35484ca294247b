import { LosslessNumber } from 'lossless-json';
import type { LocalList } from '../station/local-list.js';
import {
  StationSocket,
  type JsonObject,
  type StationAddress,
  type StationProtocol,
} from '../station/station-socket.js';

/** A call from the gateway, as its station heard it; numbers are digits. */
export interface HeardCall {
  readonly action: string;
  readonly payload: unknown;
}

function plain(value: unknown): unknown {
  if (value instanceof LosslessNumber) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

/**
 * A station's one connection, whoever charges there. It may be lost and made anew: what the station heard, and its list of
 * who may charge, stay with the station.
 */
export class StationLine {
  readonly #address: StationAddress;
  readonly #protocol: StationProtocol;
  #socket: StationSocket;
  /** every call but those about its list, in order */
  readonly heard: HeardCall[] = [];

  private constructor(address: StationAddress, protocol: StationProtocol, socket: StationSocket) {
    this.#address = address;
    this.#protocol = protocol;
    this.#socket = socket;
    this.#listen(socket);
  }

  static async connect(address: StationAddress, protocol: StationProtocol): Promise<StationLine> {
    return new StationLine(address, protocol, await StationSocket.connect(address, protocol));
  }

  get socket(): StationSocket {
    return this.#socket;
  }

  get localList(): LocalList {
    return this.#socket.localList;
  }

  /** The line goes dead; the station goes on by itself. */
  lose(): Promise<void> {
    return this.#socket.lose();
  }

  /** The station is back, with what it had. */
  async reconnect(): Promise<void> {
    const { localList } = this.#socket;
    await this.#socket.close();
    const socket = await StationSocket.connect(this.#address, this.#protocol);
    socket.localList = localList;
    this.#listen(socket);
    this.#socket = socket;
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  #listen(socket: StationSocket): void {
    socket.onCall = (action: string, payload: JsonObject) => {
      this.heard.push({ action, payload: plain(payload) });
      return { status: 'Accepted' };
    };
  }
}
