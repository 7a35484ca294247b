import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const OLDEST = [2, 12, 7] as const;
const VERSION = OLDEST.join('.');
const SOURCE = `github.com/nats-io/nats-server/v2@v${VERSION}`;
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
    return (
      found.length === OLDEST.length && (index < 0 || (found[index] ?? 0) > (OLDEST[index] ?? 0))
    );
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
async function build(path: string, environment: NodeJS.ProcessEnv): Promise<NatsProgram> {
  const folder = await mkdtemp(join(dirname(path), 'building-'));
  try {
    await run('go', ['install', '-trimpath', SOURCE], {
      env: { ...environment, GOBIN: folder },
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

export interface FindNatsServerOptions {
  /** what `NATS_SERVER_BIN` says, if it says anything */
  readonly named?: string | undefined;
  /** folder of programs that were built here */
  readonly cacheDir: string;
  /** for Go, which has its own keys there */
  readonly environment: NodeJS.ProcessEnv;
  /** one line about a long step */
  readonly log?: (line: string) => void;
}

/** The named one, else the one on the PATH, else one that is built once into the cache, where Go is there. */
export async function findNatsServer({
  named,
  cacheDir,
  environment,
  log,
}: FindNatsServerOptions): Promise<NatsProgram> {
  if (named !== undefined && named !== '') {
    return (await isUsable(named))
      ? { path: named }
      : { missing: `NATS_SERVER_BIN to be nats-server ${VERSION} or newer` };
  }
  const path = join(cacheDir, 'nats-server');
  for (const candidate of ['nats-server', path]) {
    if (await isUsable(candidate)) return { path: candidate };
  }
  await mkdir(cacheDir, { recursive: true });
  return locked(`${path}.lock`, async () => {
    if (await isUsable(path)) return { path };
    log?.(`Building nats-server ${VERSION} (about half a minute)…`);
    return build(path, environment);
  });
}
