import 'reflect-metadata';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aaaMigrations, PostgresEventStore } from '@roamgrid/aaa';
import { Database, openPostgres, removeDataDir, testDatabase } from '@roamgrid/persistence';
import { meterOnce, openCharges, UTILITY } from './running-charges.js';
import { ROUNDS, show, spreadOf, timed } from './rounds.js';

/**
 * Durable meter events a second at the event store's port, 256 in flight, each committed before its caller
 * goes on; beside single-row inserts that commit by themselves over 16 connections, into the same
 * table of the same PostgreSQL.
 */
const SINGLE_EVENTS = 8_192;
/** enough that a round is no matter of a few commits */
const GROUPED_EVENTS = 32_768;
const METERED_EVENTS = 8_192;
const IN_FLIGHT = 256;
const CONNECTIONS = 16;
const TRAVERSABLE = 0o755;

const RAW = JSON.stringify([
  2,
  'a-message-id',
  'MeterValues',
  {
    connectorId: 1,
    meterValue: [
      { timestamp: '2026-01-01T10:00:00Z', sampledValue: [{ value: '123456', unit: 'Wh' }] },
    ],
  },
]);
const INSERT = `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw, refusal)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

function entryOf(index: number) {
  return {
    stationId: `BENCH-${String(index % IN_FLIGHT)}`,
    direction: 'in' as const,
    refusal: null,
    wire: {
      protocol: 'ocpp1.6' as const,
      messageId: String(index),
      action: 'MeterValues',
      receivedAt: '2026-01-01T10:00:00Z',
      raw: RAW,
    },
  };
}

/** Events a second, with so many callers that each wait for their own. */
async function rate(
  callers: number,
  events: number,
  append: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < events; index = next++) await append(index);
  };
  const ms = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
  return (events * 1_000) / ms;
}

const WANTED = 4;

function tell(name: string, rates: readonly number[], bases: readonly number[]): void {
  const ratios = rates.map((one, round) => one / (bases[round] ?? one));
  console.log(
    `  ${name.padEnd(38)} ${show(spreadOf(rates), 0)} events/s, ${show(spreadOf(ratios))} x`,
  );
}

async function measure(grouped: Database, single: Database): Promise<void> {
  const store = new PostgresEventStore(grouped, UTILITY);
  const insert = (index: number): Promise<unknown> => {
    const { stationId, direction, wire, refusal } = entryOf(index);
    const { receivedAt, protocol, messageId, action, raw } = wire;
    const row = [stationId, receivedAt, direction, protocol, messageId, action, raw, refusal];
    return single.query(INSERT, row);
  };
  const [bases, groups, metered]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const charges = await openCharges(grouped, round, IN_FLIGHT);
    bases.push(await rate(CONNECTIONS, SINGLE_EVENTS, insert));
    groups.push(await rate(IN_FLIGHT, GROUPED_EVENTS, (index) => store.append(entryOf(index))));
    metered.push(
      await rate(IN_FLIGHT, METERED_EVENTS, (index) => meterOnce(store, charges, index)),
    );
  }
  console.log(
    'durable meter events at the event store, 256 in flight, committed before the answer',
  );
  tell('single-row autocommit, 16 connections', bases, bases);
  tell('event store', groups, bases);
  console.log(`    wanted ≥ ${String(WANTED)} x`);
  tell('of running charges, with all they change', metered, bases);
}

const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-bench-'));
// as root the server runs under another account, which has to get in
await chmod(dataDir, TRAVERSABLE);
const server = await openPostgres({ dataDir, durable: true, log: () => undefined });
try {
  const test = await testDatabase(server, { schema: 'aaa', migrations: aaaMigrations });
  const single = await Database.open({
    url: test.url,
    schema: 'aaa',
    applicationName: 'bench',
    migrations: [],
    poolSize: CONNECTIONS,
    random: Math.random,
  });
  await measure(test.database, single);
  await single.close();
  await test.drop();
} finally {
  await server.stop();
  await removeDataDir(dataDir);
}
