import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresEventStore } from '../src/adapters/postgres-event-store.js';
import type { WireEntry } from '../src/ports.js';
import { VISITED } from './documents.js';
import { startPair, type Pair } from './aaa-under-test.js';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.stop());

const entry = (stationId: string, raw: string): WireEntry => ({
  stationId,
  direction: 'in',
  refusal: null,
  wire: {
    protocol: 'ocpp1.6',
    messageId: raw,
    action: 'MeterValues',
    receivedAt: pair.clock.at(0),
    raw,
  },
});

describe('the event store', () => {
  it('has committed each event, in the order of arrival, when its caller goes on', async () => {
    const { database } = pair.visited;
    const store = new PostgresEventStore(database, VISITED);
    const count = async (): Promise<number> =>
      (await database.query("SELECT 1 FROM wire_log WHERE station_id = 'G-1'")).length;
    await Promise.all(
      Array.from({ length: 600 }, async (_, index) => {
        await store.append(entry('G-1', String(index)));
        if (index % 200 === 0) expect(await count()).toBeGreaterThan(index);
      }),
    );
    const rows = await database.query<{ raw: string }>(
      "SELECT raw FROM wire_log WHERE station_id = 'G-1' ORDER BY id",
    );
    expect(rows.map(({ raw }) => raw)).toEqual(Array.from({ length: 600 }, (_, at) => String(at)));
  });

  it('refuses the one event that cannot be written, and keeps the others', async () => {
    const { database } = pair.visited;
    const store = new PostgresEventStore(database, VISITED);
    const outcomes = await Promise.allSettled(
      ['a', 'b\0', 'c'].map((raw) => store.append(entry('G-2', raw))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await database.query("SELECT 1 FROM wire_log WHERE station_id = 'G-2'")).toHaveLength(2);
  });
});
