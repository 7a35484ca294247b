import type { CallOutcome, StationCalls, StationSocket, StationSocketEvents } from '../ports.js';
import type { RouterParts } from '../router.context.js';
import type { AuthenticatedStation } from '../stations/station-directory.js';
import { StationConnection } from './station-connection.js';
import type { Protocol } from './protocol.js';
import { StationMemory } from './station-memory.js';

const PING_TIMEOUT_MS = 2_000;
const FAREWELL_TIMEOUT_MS = 1_000;

/** Which stations are connected, one connection each. */
export class Switchboard implements StationCalls {
  readonly #context: RouterParts;
  readonly #connections = new Map<string, StationConnection>();
  readonly #memories = new Map<string, StationMemory>();
  /** by station: newcomers are judged one after the other */
  readonly #doors = new Map<string, Promise<void>>();
  readonly #all = new Set<StationConnection>();

  constructor(context: RouterParts) {
    this.#context = context;
  }

  /**
   * Takes a station's socket. Where the station has one already that still answers, the new one is
   * closed with 1008; one that does not answer makes way.
   */
  admit(station: AuthenticatedStation, socket: StationSocket): StationSocketEvents {
    const { stationId } = station;
    const connection = new StationConnection({
      context: this.#context,
      station,
      socket,
      memory: this.#memoryOf(stationId),
      onGone: () => {
        this.#remove(stationId, connection);
      },
    });
    this.#all.add(connection);
    const door = (this.#doors.get(stationId) ?? Promise.resolve())
      .then(() => this.#enter(stationId, connection))
      .catch((error: unknown) => {
        this.#context.log.error({ stationId, error: String(error) }, 'a socket was not admitted');
        connection.end(1011, 'the gateway failed');
      })
      .finally(() => {
        if (this.#doors.get(stationId) === door) this.#doors.delete(stationId);
      });
    this.#doors.set(stationId, door);
    return connection;
  }

  async call(stationId: string, action: string, payload: object): Promise<CallOutcome> {
    const connection = this.#connections.get(stationId);
    return connection === undefined ? { kind: 'offline' } : connection.call(action, payload);
  }

  /** The version that a connected station speaks, to the utility that owns it. */
  protocolOf(stationId: string, utility: string): Protocol | null {
    const connection = this.#connections.get(stationId);
    return connection?.utility === utility ? connection.socket.protocol : null;
  }

  /** Ends all connections; resolves when they are gone and their last words are kept. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#all].map((connection) =>
        connection.farewell(1001, 'the gateway goes down', FAREWELL_TIMEOUT_MS),
      ),
    );
  }

  async #enter(stationId: string, connection: StationConnection): Promise<void> {
    if (!this.#all.has(connection)) return;
    const present = this.#connections.get(stationId);
    if (present !== undefined) {
      if (await present.socket.isAlive(PING_TIMEOUT_MS)) {
        connection.end(1008, 'the station is connected already');
        return;
      }
      present.abandon();
    }
    if (!this.#all.has(connection)) return;
    this.#connections.set(stationId, connection);
    this.#context.metrics.stationSockets.set(this.#connections.size);
    connection.start();
  }

  #remove(stationId: string, connection: StationConnection): void {
    this.#all.delete(connection);
    if (this.#connections.get(stationId) === connection) this.#connections.delete(stationId);
    this.#context.metrics.stationSockets.set(this.#connections.size);
  }

  #memoryOf(stationId: string): StationMemory {
    const known = this.#memories.get(stationId);
    if (known !== undefined) return known;
    const fresh = new StationMemory();
    this.#memories.set(stationId, fresh);
    return fresh;
  }
}
