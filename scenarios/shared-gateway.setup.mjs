/**
 * One cluster for all stories of a jest run: two dozen processes take their time to start. Before each story its
 * databases are put back to what they were after the first start (`shared-gateway.ts`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeDataDir, startTestPostgres } from '@roamgrid/persistence';

const MAIN = fileURLToPath(new URL('../services/cluster/dist/main.js', import.meta.url));
const READY_MS = 180_000;
const POLL_MS = 200;
/** as many as the server that a cluster starts for itself: two dozen services, five each */
const CONNECTIONS = 300;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function ready(baseUrl, child, said) {
  const deadlineMs = Date.now() + READY_MS;
  for (;;) {
    const answer = await fetch(`${baseUrl}/health/ready`).catch(() => null);
    if (answer?.status === 200) return;
    if (child.exitCode !== null) throw new Error(`the cluster ended: ${said()}`);
    if (Date.now() > deadlineMs) throw new Error(`the cluster is not ready: ${said()}`);
    await pause(POLL_MS);
  }
}

export default async function startSharedGateway() {
  if (process.env.ROAMGRID_SHAPE !== 'cluster') return;
  const postgres = await startTestPostgres({ maxConnections: CONNECTIONS });
  const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid '));
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: postgres.url,
      DEMO: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk.toString()));
  globalThis.stopSharedGateway = async () => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await postgres.stop();
    await removeDataDir(dataDir);
  };
  const baseUrl = `http://127.0.0.1:${port}`;
  try {
    await ready(baseUrl, child, () => output);
  } catch (error) {
    await globalThis.stopSharedGateway();
    throw error;
  }
  process.env.ROAMGRID_SHARED = JSON.stringify({ port, dataDir, databaseUrl: postgres.url });
}
