/**
 * The gateways that stories share within a jest run, one for each of its workers: what takes seconds to start
 * is started once. Before each story the databases are put back to what they were after the first start
 * (`shared-gateway.ts`), which also waits until its gateway is ready.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeDataDir, startTestPostgres } from '@roamgrid/persistence';

const shape = process.env.ROAMGRID_SHAPE === 'cluster' ? 'cluster' : 'all-in-one';
const MAIN = fileURLToPath(new URL(`../services/${shape}/dist/main.js`, import.meta.url));
/** as many as the server that a gateway starts for itself: two dozen services, five each */
const CONNECTIONS = 300;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startOne() {
  const postgres = await startTestPostgres({ maxConnections: CONNECTIONS });
  const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid '));
  const port = await freePort();
  const output = join(dataDir, 'output');
  const file = await open(output, 'a');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: postgres.url,
      DEMO: '0',
    },
    stdio: ['ignore', file.fd, file.fd],
  });
  const ended = once(child, 'exit');
  await file.close();
  return {
    gateway: { port, pid: child.pid, dataDir, output, databaseUrl: postgres.url },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await postgres.stop();
      await removeDataDir(dataDir);
    },
  };
}

export default async function startSharedGateways({ maxWorkers }) {
  const started = await Promise.all(Array.from({ length: maxWorkers }, startOne));
  globalThis.stopSharedGateways = () => Promise.all(started.map(({ stop }) => stop()));
  process.env.ROAMGRID_SHARED = JSON.stringify(started.map(({ gateway }) => gateway));
}
