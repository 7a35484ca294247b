import { once } from 'node:events';
import { parse, stringify, type LosslessNumber } from 'lossless-json';
import { WebSocket } from 'ws';
import { LocalList } from './local-list.js';

export type StationProtocol = 'ocpp2.0.1' | 'ocpp1.6';

export interface StationAddress {
  /** `ws://127.0.0.1:8080`; the path `/ocpp/{stationId}` is added */
  readonly url: string;
  readonly stationId: string;
  readonly password: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A call was answered by a CALLERROR. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  constructor(
    readonly code: string,
    readonly description: string,
  ) {
    super(`${code}: ${description}`);
  }
}

/** Nobody answered a call in time; a station repeats it. */
export class CallUnanswered extends Error {
  override readonly name = 'CallUnanswered';
}

/** A frame as the station saw it; for telling the story hop by hop. */
export interface SeenFrame {
  readonly direction: 'sent' | 'received';
  readonly text: string;
}

interface Pending {
  resolve(payload: JsonObject): void;
  reject(error: Error): void;
}

const [CALL, RESULT, ERROR] = [2, 3, 4];
const ANSWER_TIMEOUT_MS = 60_000;

function asObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('a payload is an object');
  }
  return value as JsonObject;
}

/** OCPP-J as a station speaks it: its calls one at a time, the gateway's answered as they come. */
export class StationSocket {
  readonly #ws: WebSocket;
  readonly #pending = new Map<string, Pending>();
  #lastId = 0;
  /** who may charge here while the line is down; a station that comes back brings its own */
  localList = new LocalList();
  /** answers to the gateway's calls, but to those about its list; by default each is accepted, a CallRefused is a CALLERROR */
  onCall: (action: string, payload: JsonObject) => JsonObject = () => ({ status: 'Accepted' });
  onFrame: (frame: SeenFrame) => void = () => undefined;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('message', (data) => {
      this.#receive((data as Buffer).toString('utf8'));
    });
    ws.on('close', (code) => {
      for (const pending of this.#pending.values()) {
        pending.reject(new Error(`the connection closed with ${String(code)}`));
      }
      this.#pending.clear();
    });
  }

  /** @throws Error when the gateway does not take the connection */
  static async connect(address: StationAddress, protocol: StationProtocol): Promise<StationSocket> {
    const credentials = Buffer.from(`${address.stationId}:${address.password}`).toString('base64');
    const ws = new WebSocket(
      `${address.url}/ocpp/${encodeURIComponent(address.stationId)}`,
      protocol,
      { headers: { authorization: `Basic ${credentials}` }, perMessageDeflate: false },
    );
    const station = new StationSocket(ws);
    await once(ws, 'open');
    return station;
  }

  /** Sends a call and waits for its answer. @throws CallRefused for a CALLERROR */
  async call(action: string, payload: object): Promise<JsonObject> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const answer = new Promise<JsonObject>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new CallUnanswered(`${action} was not answered`));
      }, ANSWER_TIMEOUT_MS);
      this.#pending.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
    this.sendText(stringify([CALL, id, action, payload]) ?? '');
    return answer;
  }

  /** Sends any text, for frames that no decent station sends. */
  sendText(text: string): void {
    this.onFrame({ direction: 'sent', text });
    this.#ws.send(text);
  }

  /** Resolves with the close code. */
  async closed(): Promise<number> {
    const [code] = (await once(this.#ws, 'close')) as [number];
    return code;
  }

  async close(): Promise<void> {
    if (this.#ws.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#ws, 'close');
    this.#ws.close(1000);
    await closed;
  }

  /** The line goes dead, without a word. */
  async lose(): Promise<void> {
    const closed = once(this.#ws, 'close');
    this.#ws.terminate();
    await closed;
  }

  #answer(id: string, action: string, payload: JsonObject): unknown[] {
    try {
      const listed = this.localList.answer(this.#ws.protocol, action, payload);
      return [RESULT, id, listed ?? this.onCall(action, payload)];
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      return [ERROR, id, error.code, error.description, {}];
    }
  }

  #receive(text: string): void {
    this.onFrame({ direction: 'received', text });
    const [type, id, third, fourth] = parse(text) as [LosslessNumber, string, unknown, unknown];
    if (type.value === String(CALL)) {
      this.sendText(stringify(this.#answer(id, String(third), asObject(fourth))) ?? '');
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (type.value === String(RESULT)) pending?.resolve(asObject(third));
    if (type.value === String(ERROR)) {
      pending?.reject(new CallRefused(String(third), String(fourth)));
    }
  }
}
