import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '@nats-io/transport-node';
import { swipe } from '@roamgrid/contracts';
import { findNatsServer, natsTransport, NestBus, type Bus } from '@roamgrid/messaging';
import {
  removeDataDir,
  startEmbeddedPostgres,
  testDatabase,
  type Database,
} from '@roamgrid/persistence';
import { systemIds } from '@roamgrid/platform';
import { median, ROUNDS, show, spreadOf, timed } from './rounds.js';
import { swipeRequest, VISITED } from './swipe-request.js';

/**
 * Swipe → quote at a cached visit with every service a process of its own over NATS, p50; beside a bare request
 * to an echo on a nats-server of the same kind plus one durable insert on the same PostgreSQL, in the same run.
 */
const CALLS = 300;
/** a process that has just started is compiled while it works: some thousand calls until it is what it stays */
const WARM_UP_CALLS = 2_000;
const READY_MS = 120_000;
const POLL_MS = 200;

interface BusConfiguration {
  readonly listen: string;
  readonly accounts: Readonly<
    Record<string, { readonly users: readonly { user: string; password: string }[] } | undefined>
  >;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function p50(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) times.push(await timed(work));
  return median(times);
}

/** Speaks as the router does: no other user of the bus may send a swipe. */
async function openRouterBus(dataDir: string): Promise<Bus> {
  const text = await readFile(join(dataDir, 'nats-server.conf'), 'utf8');
  const { listen, accounts } = JSON.parse(text) as BusConfiguration;
  const router = accounts['router']?.users.find(({ user }) => user === 'router');
  if (router === undefined) throw new Error('the bus has no router');
  return new NestBus({
    client: natsTransport(`nats://router:${router.password}@${listen}`).client(),
    from: 'router',
    now: Date.now,
    newTraceId: () => systemIds.uuid(),
  });
}

async function startCluster(dataDir: string, databaseUrl: string): Promise<() => Promise<void>> {
  const port = await freePort();
  const child = spawn(process.execPath, [resolve('services/cluster/dist/main.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      DEMO: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const startedMs = Date.now();
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/health/ready`).catch(() => null);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || Date.now() > startedMs + READY_MS) {
      throw new Error('the cluster did not become ready');
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  console.log(`  the cluster was ready after ${String(Date.now() - startedMs)} ms`);
  return async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
}

/** A nats-server without walls, and somebody there who says again what he hears. */
async function startEcho(): Promise<{
  ask(text: string): Promise<unknown>;
  stop(): Promise<void>;
}> {
  const program = await findNatsServer({
    named: process.env['NATS_SERVER_BIN'],
    cacheDir: resolve('.cache', 'bin'),
    environment: process.env,
  });
  if ('missing' in program) throw new Error(`this measurement needs ${program.missing}`);
  const port = await freePort();
  const child = spawn(program.path, ['-a', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('Server is ready')) break;
  }
  const servers = [`127.0.0.1:${String(port)}`];
  const [asking, answering] = [await connect({ servers }), await connect({ servers })];
  answering.subscribe('echo', {
    callback: (_error, message) => void message.respond(message.data),
  });
  await answering.flush();
  return {
    ask: (text) => asking.request('echo', text),
    async stop() {
      await asking.close();
      await answering.close();
      child.kill('SIGTERM');
    },
  };
}

async function measure(bus: Bus, database: Database): Promise<void> {
  await database.query('CREATE TABLE bench_events (id uuid PRIMARY KEY, body jsonb)');
  const echo = await startEcho();
  const text = JSON.stringify(swipeRequest());
  const insert = 'INSERT INTO bench_events (id, body) VALUES ($1, $2)';
  const baseline = async (): Promise<void> => {
    await echo.ask(text);
    await database.query(insert, [systemIds.uuid(), text]);
  };
  const quote = async (): Promise<void> => {
    const reply = await bus.request(swipe, VISITED, swipeRequest());
    if (reply.authorizedBy !== 'visitingProfile') throw new Error('the visit was not cached');
  };
  await bus.request(swipe, VISITED, swipeRequest(), { timeoutMs: 30_000 });
  for (let call = 0; call < WARM_UP_CALLS; call += 1) await quote();
  await p50(baseline);
  const [quotes, baselines, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await p50(baseline);
    const apart = await p50(quote);
    baselines.push(bare);
    quotes.push(apart);
    ratios.push(apart / bare);
  }
  console.log(
    'swipe → quote, cached visit, services apart over NATS, committed before the answer, p50',
  );
  console.log(`  nc.request echo + durable insert  ${show(spreadOf(baselines))} ms`);
  console.log(`  swipe → quote                     ${show(spreadOf(quotes))} ms`);
  console.log(`  times the baseline                ${show(spreadOf(ratios))} x  (wanted ≤ 4)`);
  await echo.stop();
}

const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-bench-'));
const postgres = await startEmbeddedPostgres({
  dataDir: join(dataDir, 'postgres'),
  durable: true,
  log: () => undefined,
});
const stopCluster = await startCluster(join(dataDir, 'cluster'), postgres.url);
const bus = await openRouterBus(join(dataDir, 'cluster'));
const bare = await testDatabase(postgres, { schema: 'bench', migrations: [] });
try {
  await measure(bus, bare.database);
} finally {
  await bus.close();
  await bare.drop();
  await stopCluster();
  await postgres.stop();
  await removeDataDir(dataDir);
}
