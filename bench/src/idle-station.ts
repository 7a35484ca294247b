import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  authenticateStation,
  recordFrame,
  subjectOf,
  type Contract,
  type ReplyOf,
} from '@roamgrid/contracts';
import { inProcessTransport, NestBus, type BusTransport } from '@roamgrid/messaging';
import { createLog, Metrics, Registry, systemClock, systemIds } from '@roamgrid/platform';
import { startRouter } from '@roamgrid/router';
import { WebSocketServer } from 'ws';
import { ROUNDS, show, spreadOf } from './rounds.js';

/** Memory of one connected idle station at the router, beside that of one bare `ws` socket. */
const STATIONS = 500;
const UTILITY = 'duke-energy';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function settledBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** KiB a station, while so many are connected from another process. */
async function perStation(port: number, prefix: string): Promise<number> {
  const before = await settledBytes();
  const script = fileURLToPath(new URL('./idle-clients.js', import.meta.url));
  const url = `ws://127.0.0.1:${String(port)}`;
  const clients = spawn(process.execPath, [script, url, prefix, String(STATIONS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(clients.stdout, 'data');
  const bytes = (await settledBytes()) - before;
  clients.stdin.end();
  await once(clients, 'exit');
  return bytes / STATIONS / 1_024;
}

async function startBare(): Promise<Server> {
  const server = createServer();
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    handleProtocols: () => 'ocpp2.0.1',
  });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

interface HandlerTable {
  addHandler(pattern: string, callback: (data: unknown) => Promise<unknown>): void;
  listen(callback: () => void): void;
}

/** An aaa that lets every station in and keeps nothing: the memory measured is the router's. */
function startOpenAaa(transport: BusTransport): void {
  const server = transport.server(UTILITY, 'aaa') as unknown as HandlerTable;
  const answer = <C extends Contract>(contract: C, reply: ReplyOf<C>): void => {
    server.addHandler(subjectOf(contract), () => Promise.resolve({ ok: true, payload: reply }));
  };
  answer(authenticateStation, { known: true, accepted: true, station: null });
  answer(recordFrame, {});
  server.listen(() => undefined);
}

function startRouterAlone() {
  const transport = inProcessTransport();
  startOpenAaa(transport);
  const bus = new NestBus({
    client: transport.client(),
    from: 'router',
    now: () => systemClock.now(),
    newTraceId: () => systemIds.uuid(),
  });
  const registry = new Registry({ type: 'registry', schemaVersion: 1, version: 1, utilities: [] });
  const parts = { bus, transport, registry, clock: systemClock, ids: systemIds };
  return startRouter(
    { ...parts, log: createLog('silent'), metrics: new Metrics(), utilities: [UTILITY] },
    { host: '127.0.0.1', port: 0 },
  );
}

const bare = await startBare();
const barePort = (bare.address() as AddressInfo).port;
const router = await startRouterAlone();
// the first connections load code and size tables, at both
await perStation(barePort, 'WARM');
await perStation(router.port, 'WARM');
const [bares, stations, ratios]: [number[], number[], number[]] = [[], [], []];
for (let round = 0; round < ROUNDS; round += 1) {
  const base = await perStation(barePort, `B-${String(round)}`);
  const station = await perStation(router.port, `S-${String(round)}`);
  bares.push(base);
  stations.push(station);
  ratios.push(station / base);
}
console.log(`memory of a connected idle station, ${String(STATIONS)} at once`);
console.log(`  bare ws socket    ${show(spreadOf(bares))} KiB`);
console.log(`  station at router ${show(spreadOf(stations))} KiB`);
console.log(`  times the bare    ${show(spreadOf(ratios))} x  (wanted ≤ 3)`);
await router.stop();
bare.close();
