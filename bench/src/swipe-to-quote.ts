import 'reflect-metadata';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '@roamgrid/all-in-one';
import { swipe } from '@roamgrid/contracts';
import type { Bus } from '@roamgrid/messaging';
import { removeDataDir, type Database } from '@roamgrid/persistence';
import { systemIds } from '@roamgrid/platform';
import { WebSocket, WebSocketServer } from 'ws';
import { median, ROUNDS, show, spreadOf, timed } from './rounds.js';
import { swipeRequest, VISITED } from './swipe-request.js';

/**
 * Swipe → quote at a cached visit over the in-process bus, committed before the answer, p50; beside a
 * bare websocket echo plus one durable insert in the same run, on the same PostgreSQL.
 */
const CALLS = 150;

async function cachedQuote(bus: Bus): Promise<void> {
  const reply = await bus.request(swipe, VISITED, swipeRequest());
  if (reply.authorizedBy !== 'visitingProfile') throw new Error('the visit was not cached');
}

async function echo(socket: WebSocket, text: string): Promise<void> {
  socket.send(text);
  await once(socket, 'message');
}

async function p50(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) times.push(await timed(work));
  return median(times);
}

async function measure(bus: Bus, database: Database): Promise<void> {
  await bus.request(swipe, VISITED, swipeRequest(), { timeoutMs: 30_000 });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(socket, 'open');
  await database.query('CREATE TABLE IF NOT EXISTS bench_events (id uuid PRIMARY KEY, body jsonb)');
  const text = JSON.stringify(swipeRequest());
  const insert = 'INSERT INTO bench_events (id, body) VALUES ($1, $2)';
  const baseline = async (): Promise<void> => {
    await echo(socket, text);
    await database.query(insert, [systemIds.uuid(), text]);
  };
  const [quotes, baselines, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await p50(baseline);
    const quote = await p50(() => cachedQuote(bus));
    baselines.push(bare);
    quotes.push(quote);
    ratios.push(quote / bare);
  }
  console.log('swipe → quote, cached visit, in-process bus, committed before the answer, p50');
  console.log(`  ws echo + durable insert  ${show(spreadOf(baselines))} ms`);
  console.log(`  swipe → quote             ${show(spreadOf(quotes))} ms`);
  console.log(`  times the baseline        ${show(spreadOf(ratios))} x  (wanted ≤ 6)`);
  socket.close();
  server.close();
}

const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-bench-'));
const gateway = await startGateway({
  port: 0,
  host: '127.0.0.1',
  dataDir,
  logLevel: 'error',
  log: () => undefined,
});
try {
  await measure(gateway.bus, gateway.databaseOf(VISITED, 'aaa'));
} finally {
  await gateway.stop();
  await removeDataDir(dataDir);
}
