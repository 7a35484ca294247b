import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLine, isAlive } from './process-identity.js';
import { DatabaseStartError } from './start-error.js';

/** A server that runs over a cluster, as its `postmaster.pid` tells. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

const PID_LINE = 0;
const PORT_LINE = 3;
const LOOK_AGAIN_MS = 25;
const FAST_SHUTDOWN_MS = 10_000;
const QUIT_MS = 5_000;

/**
 * The live server of a cluster. A file left by one that is gone is removed when its number was
 * given to another process since, which PostgreSQL would take for a running server.
 */
export async function findRunningServer(clusterDir: string): Promise<RunningServer | undefined> {
  const path = join(clusterDir, 'postmaster.pid');
  let lines: string[];
  try {
    lines = (await readFile(path, 'utf8')).split('\n');
  } catch {
    // no file: no server
    return undefined;
  }
  // a negative number marks a single-user session
  const pid = Math.abs(Number(lines[PID_LINE]));
  if (!Number.isInteger(pid) || pid === 0 || !isAlive(pid)) return undefined;
  const command = await commandLine(pid);
  if (command.includes('postgres') && command.includes(clusterDir)) {
    return { pid, port: Number(lines[PORT_LINE]) };
  }
  await rm(path, { force: true });
  return undefined;
}

/** Ends a server that is no child of ours: fast shutdown, then quit, then by force. */
export async function stopOrphan(server: RunningServer): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', QUIT_MS],
    ['SIGKILL', QUIT_MS],
  ] as const) {
    if (!signalProcess(server.pid, signal)) return;
    if (await isGoneWithin(server.pid, limitMs)) return;
  }
  throw new DatabaseStartError(
    `The PostgreSQL left behind by an earlier run (process ${String(server.pid)}) does not end`,
  );
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Nobody tells when a process ends that is not one's child, so it is looked at. */
async function isGoneWithin(pid: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += LOOK_AGAIN_MS) {
    if ((await commandLine(pid)) === '') return true;
    await pause(LOOK_AGAIN_MS);
  }
  return false;
}
