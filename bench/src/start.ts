import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeDataDir } from '@roamgrid/persistence';
import { ROUNDS, show, spreadOf } from './rounds.js';

/** Built tree on an empty data directory: `npm start` to `/health/ready`. */
const FIRST_PORT = 18_480;
const BOUND_MS = 60_000;

async function ready(port: number, deadlineMs: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/health/ready`).catch(() => null);
    if (answer?.status === 200) return;
    if (Date.now() > deadlineMs) throw new Error('the gateway did not become ready');
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

const times: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-start-'));
  const port = FIRST_PORT + round;
  const startedMs = Date.now();
  const child = spawn('npm', ['start'], {
    cwd: resolve('.'),
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, DEMO: '0' },
    stdio: 'ignore',
  });
  await ready(port, startedMs + BOUND_MS);
  times.push((Date.now() - startedMs) / 1000);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
  await removeDataDir(dataDir);
}
console.log('npm start on a built tree, empty data directory, to /health/ready');
console.log(`  ${show(spreadOf(times), 1)} s  (wanted ≤ 12)`);
