import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const OLDEST = [2, 12, 7] as const;
const VERSION = OLDEST.join('.');
const SOURCE = `github.com/nats-io/nats-server/v2@v${VERSION}`;
const CACHE = join(import.meta.dirname, '..', '..', '..', '.cache', 'bin');
const BUILD_LIMIT_MS = 300_000;
const LOOK_AGAIN_MS = 200;

/** A program that can be started, or why there is none. */
export type NatsProgram = { readonly path: string } | { readonly missing: string };

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
}

async function isUsable(path: string): Promise<boolean> {
  try {
    const { stdout } = await run(path, ['--version']);
    const found = (/v(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
    const index = OLDEST.findIndex((part, place) => part !== found[place]);
    return found.length === OLDEST.length && (index < 0 || found[index]! > OLDEST[index]!);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function isHeld(lock: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(lock, 'utf8')), 0);
    return true;
  } catch {
    // the file has just gone, or its process has
    return false;
  }
}

/** One builds, the others wait for it; the lock of a process that has ended is void. */
async function locked<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isHeld(lock)) await pause(LOOK_AGAIN_MS);
      else await rm(lock, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Built beside its place and moved there in one step, so that nobody starts half a program. */
async function build(path: string): Promise<NatsProgram> {
  const folder = await mkdtemp(join(CACHE, 'building-'));
  try {
    await run('go', ['install', '-trimpath', SOURCE], {
      env: { ...process.env, GOBIN: folder },
      timeout: BUILD_LIMIT_MS,
    });
    await rename(join(folder, 'nats-server'), path);
    return { path };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const why = isMissing(error) ? 'Go is not here to build it' : (stderr?.trim() ?? String(error));
    return { missing: `nats-server ${VERSION} or newer; ${why.replaceAll(/[()\s]+/g, ' ')}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `NATS_SERVER_BIN`, else the one on the PATH, else one that is built once into `.cache/bin`. */
export async function findNatsServer(): Promise<NatsProgram> {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') {
    return (await isUsable(named))
      ? { path: named }
      : { missing: `NATS_SERVER_BIN to be nats-server ${VERSION} or newer` };
  }
  const path = join(CACHE, 'nats-server');
  for (const candidate of ['nats-server', path]) {
    if (await isUsable(candidate)) return { path: candidate };
  }
  await mkdir(CACHE, { recursive: true });
  return locked(`${path}.lock`, async () => ((await isUsable(path)) ? { path } : build(path)));
}

export interface RunningNats {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left. */
export function endNats(): void {
  for (const child of running) child.kill('SIGKILL');
}

async function portOf(child: ChildProcess): Promise<number> {
  const lines: string[] = [];
  let port: number | null = null;
  for await (const line of createInterface({ input: child.stderr! })) {
    lines.push(line);
    port ??=
      Number(/Listening for client connections on [\d.]+:(\d+)/.exec(line)?.[1] ?? 0) || null;
    if (port !== null && line.includes('Server is ready')) return port;
  }
  throw new Error(`nats-server did not start:\n${lines.join('\n')}`);
}

/** @param port −1 takes a free one */
export async function startNats(
  path: string,
  { port = -1, flags = [] }: { readonly port?: number; readonly flags?: readonly string[] } = {},
): Promise<RunningNats> {
  const child = spawn(path, ['-a', '127.0.0.1', '-p', String(port), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const bound = await portOf(child);
  child.stderr.resume();
  return {
    host: '127.0.0.1',
    port: bound,
    url: `nats://127.0.0.1:${String(bound)}`,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
