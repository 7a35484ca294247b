import { recordFrame, type RequestInput } from '@roamgrid/contracts';
import { runInTrace } from '@roamgrid/messaging';
import { writeExact, type ExactJson } from '../exact/exact-json.js';
import { redactRaw } from '../identity/redact.js';
import type { CallOutcome, StationSocket, StationSocketEvents } from '../ports.js';
import type { RouterParts } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';
import { wireOf } from '../wire.js';
import { answerFrame, type IncomingFrame } from './answer-frame.js';
import { readFrame, type ResponseFrame } from './frame.js';
import { OutgoingCalls } from './outgoing-calls.js';
import { Pacer } from './pacer.js';
import type { StationLink } from './station-call.js';
import type { StationMemory } from './station-memory.js';

export interface StationConnectionOptions {
  readonly context: RouterParts;
  readonly station: AuthenticatedStation;
  readonly socket: StationSocket;
  readonly memory: StationMemory;
  readonly onGone: () => void;
}

const CALL_TIMEOUT_MS = 30_000;
const COST_INTERVAL_MS = 1_000;
/** A station waits for its answer before it calls again: a few frames too many are its haste, not a flood. */
const HASTY_QUEUE = 10;
const HASTE_PAUSE_MS = 20;
const FLOOD_QUEUE = 200;
const MOST_UNREADABLE_IN_A_ROW = 10;
const MOST_LOG_ENTRIES_WAITING = 200;

type FrameEntry = RequestInput<typeof recordFrame>;

/** One station's connection: its frames one by one, in order; our calls to it one by one. */
export class StationConnection implements StationSocketEvents, StationLink {
  readonly #options: StationConnectionOptions;
  readonly #calls: OutgoingCalls;
  readonly #pacer: Pacer;
  readonly #gone: Promise<void>;
  #markGone: () => void = () => undefined;
  #queue: IncomingFrame[] = [];
  /** in the wire log each frame of ours names the connection it went over */
  readonly #connectionId: string;
  #isStarted = false;
  #isHandling = false;
  #isClosed = false;
  #unreadableInARow = 0;
  #logTurn: Promise<void> = Promise.resolve();
  #logEntriesWaiting = 0;

  constructor(options: StationConnectionOptions) {
    this.#options = options;
    this.#connectionId = options.context.ids.uuid();
    this.#gone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    this.#calls = new OutgoingCalls({
      send: (message, messageId, action) => {
        this.#send(writeExact(message), messageId, action, message as ExactJson);
      },
      newMessageId: () => options.context.ids.uuid(),
      timeoutMs: CALL_TIMEOUT_MS,
    });
    this.#pacer = new Pacer(COST_INTERVAL_MS, (error) => {
      options.context.log.warn({ error: String(error) }, 'a call to a station failed');
    });
  }

  get utility(): string {
    return this.#options.station.utility;
  }

  get socket(): StationSocket {
    return this.#options.socket;
  }

  /** What came in before is handled from now on. */
  start(): void {
    this.#isStarted = true;
    this.#log('in', '[connected]', null, null, { kind: 'online', online: true });
    this.#handleQueue();
  }

  onText(text: string): void {
    if (this.#isClosed) return;
    const frame = readFrame(text);
    const receivedAt = this.#options.context.clock.now();
    if (frame.kind === 'result' || frame.kind === 'error') {
      this.#settle(frame, text);
      return;
    }
    this.#queue.push({ frame, text, receivedAt });
    if (this.#queue.length > FLOOD_QUEUE) this.#end(1013, 'too many messages at once');
    else this.#handleQueue();
  }

  onClose(code: number): void {
    this.#close();
    if (this.#isStarted) {
      const raw = `[closed ${String(code)}]`;
      this.#log('in', raw, null, null, { kind: 'online', online: false });
    }
    this.#markGone();
    this.#options.onGone();
  }

  call(action: string, payload: object): Promise<CallOutcome> {
    return this.#calls.call(action, payload);
  }

  paced(subject: string, work: () => Promise<void>): void {
    if (!this.#isClosed) this.#pacer.run(subject, work);
  }

  forget(subject: string): void {
    this.#pacer.forget(subject);
  }

  /** Ends the connection; what waits is left to the station to repeat. */
  end(code: number, reason: string): void {
    this.#end(code, reason);
  }

  /** Ends a connection that nobody is at any more. */
  abandon(): void {
    this.#close();
    this.socket.terminate();
  }

  /** Ends the connection; resolves when it is gone and its last words are kept. */
  async farewell(code: number, reason: string, timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.socket.terminate();
    }, timeoutMs);
    this.#end(code, reason);
    await this.#gone;
    clearTimeout(timer);
    await this.#logTurn;
  }

  #end(code: number, reason: string): void {
    this.#close();
    this.socket.close(code, reason);
  }

  #close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#calls.close();
    this.#pacer.forgetAll();
  }

  #settle(frame: ResponseFrame, text: string): void {
    const outcome: CallOutcome =
      frame.kind === 'result'
        ? { kind: 'result', payload: frame.content }
        : { kind: 'error', code: textOf(frame.content), description: textOf(frame.description) };
    const wasAsked = this.#calls.settle(frame.messageId, outcome);
    if (!wasAsked) this.#options.context.log.info('an answer that nobody asked for was ignored');
    this.#log('in', redactRaw(text, frame.parsed), frame.messageId, null, null);
  }

  #handleQueue(): void {
    if (!this.#isStarted || this.#isHandling) return;
    this.#isHandling = true;
    this.#drain()
      .catch((error: unknown) => {
        this.#options.context.log.error({ error: String(error) }, 'a frame could not be handled');
      })
      .finally(() => {
        this.#isHandling = false;
        if (this.#queue.length > 0) this.#handleQueue();
      });
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#queue.length >= HASTY_QUEUE) await pause(HASTE_PAUSE_MS);
      const traceId = this.#options.context.ids.uuid();
      await runInTrace({ traceId }, () => this.#handle(next));
    }
  }

  async #handle(incoming: IncomingFrame): Promise<void> {
    const { context, station, memory } = this.#options;
    const isUnreadable = incoming.frame.kind === 'broken' && incoming.frame.fault === 'framework';
    this.#unreadableInARow = isUnreadable ? this.#unreadableInARow + 1 : 0;
    if (this.#unreadableInARow > MOST_UNREADABLE_IN_A_ROW) {
      this.#end(1007, 'these messages cannot be read');
      return;
    }
    const { protocol, isPrivate } = this.socket;
    const linkIsPrivate = isPrivate;
    const reply = await answerFrame(
      { context, station, memory, protocol, linkIsPrivate },
      incoming,
    );
    if (reply === null || this.#isClosed) return;
    this.#send(writeExact(reply.message), reply.messageId, reply.action);
    reply.afterwards?.(this);
  }

  #send(text: string, messageId: string, action: string | null, parsed?: ExactJson): void {
    if (this.#isClosed) return;
    this.socket.send(text);
    this.#log('out', redactRaw(text, parsed), messageId, action, null);
  }

  /** Keeps a frame that nobody waits for. The log may lag behind, it must not hold up a charge. */
  #log(
    direction: FrameEntry['direction'],
    raw: string,
    messageId: string | null,
    action: string | null,
    effect: FrameEntry['effect'],
  ): void {
    const { context, station } = this.#options;
    if (this.#logEntriesWaiting >= MOST_LOG_ENTRIES_WAITING) {
      context.log.warn({ stationId: station.stationId }, 'the wire log cannot keep up');
      return;
    }
    this.#logEntriesWaiting += 1;
    const receivedAt = context.clock.now();
    const wire = wireOf({ protocol: this.socket.protocol, messageId, action, receivedAt, raw });
    const entry: FrameEntry = {
      stationId: station.stationId,
      direction,
      wire,
      connectionId: this.#connectionId,
      refusal: null,
      effect,
    };
    this.#logTurn = this.#logTurn
      .then(() => context.bus.request(recordFrame, station.utility, entry))
      .then(
        () => undefined,
        (error: unknown) => {
          context.log.warn({ error: String(error) }, 'a frame was not kept in the wire log');
        },
      )
      .finally(() => {
        this.#logEntriesWaiting -= 1;
      });
  }
}

function textOf(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Slows a hasty station down; nothing depends on how long this takes. */
function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
