import { json, type Database } from '@roamgrid/persistence';
import type { EventStore, WireEntry } from '../ports.js';

/** one statement is one commit; more rows than this make it no faster, only longer to wait for */
const MOST_ROWS = 256;

const APPEND_ALL = `
  INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw, refusal)
  SELECT station_id, at, direction, protocol, message_id, action, raw, refusal
  FROM json_to_recordset($1) AS row(place bigint, station_id text, at timestamptz,
    direction text, protocol text, message_id text, action text, raw text, refusal text)
  ORDER BY place`;

interface Waiting {
  readonly entry: WireEntry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits events in groups: what arrives while one commit runs goes into the next, so that many stations
 * share the disk's one flush. Each caller waits for the commit that holds its own event.
 */
export class PostgresEventStore implements EventStore {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  append(entry: WireEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, MOST_ROWS);
      this.#waiting = this.#waiting.slice(MOST_ROWS);
      await this.#commit(group);
    }
    this.#isWriting = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#database.query(APPEND_ALL, [json(group.map(rowOf))]);
    } catch (error) {
      await this.#fail(group, error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /** One event that cannot be written must not keep the others out. */
  async #fail(group: readonly Waiting[], error: unknown): Promise<void> {
    if (group.length > 1) {
      for (const one of group) await this.#commit([one]);
      return;
    }
    for (const { reject } of group) reject(error);
  }
}

function rowOf({ entry }: Waiting, place: number): Record<string, string | number | null> {
  const { stationId, direction, wire, refusal } = entry;
  return {
    place,
    station_id: stationId,
    at: wire.receivedAt,
    direction,
    protocol: wire.protocol,
    message_id: wire.messageId,
    action: wire.action,
    raw: wire.raw,
    refusal,
  };
}
