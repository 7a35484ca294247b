import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf, isSameProcessAlive, type ProcessIdentity } from '@roamgrid/persistence';

const LOCK = 'gateway.lock';
const PASSABLE_DIR = 0o711;
const PRIVATE_FILE = 0o600;
const LOOK_AGAIN_MS = 50;
/** Clearing a dead lock takes milliseconds; whoever died at it has left the guard behind. */
const GUARD_AGE_MS = 10_000;

/** Another gateway runs on this directory; the message is one line. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** `DATA_DIR` cannot be used; the message is one line that names it and says why. */
export class DataDirectoryUnusable extends Error {
  override readonly name = 'DataDirectoryUnusable';

  constructor(dataDir: string, cause: unknown) {
    const reason = REASONS[codeOf(cause) ?? ''] ?? String(cause);
    super(`DATA_DIR ${dataDir} cannot be used: ${reason}.`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it leads to where no folder is and none can be made',
  ENOTDIR: 'it is no folder, or leads through a file',
  EEXIST: 'it is no folder, or leads through a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
};

export interface HeldDirectory {
  release(): Promise<void>;
}

/**
 * Lets one gateway at a time use a data directory, which is made where it is missing. A lock of a process
 * that has ended is void, also where another one has its number by now.
 *
 * @throws DataDirectoryInUse, DataDirectoryUnusable
 */
export async function holdDataDirectory(dataDir: string): Promise<HeldDirectory> {
  try {
    return await hold(dataDir);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new DataDirectoryUnusable(dataDir, error);
  }
}

/** One by one: where a folder can never be made, as under /proc, Node's own `recursive` tries for ever. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: PASSABLE_DIR });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await makeLast(path);
    } else if (codeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
}

async function makeLast(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: PASSABLE_DIR });
  } catch (error) {
    // another start has made it in between
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function hold(dataDir: string): Promise<HeldDirectory> {
  await makeFolder(dataDir);
  const path = join(dataDir, LOCK);
  const self = await identityOf(process.pid);
  while (!(await take(path, self))) {
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await isSameProcessAlive(holder)) {
      throw new DataDirectoryInUse(
        `A gateway runs on ${dataDir} already (process ${String(holder.pid)}); ` +
          'end it, or set DATA_DIR and PORT for a second one.',
      );
    }
    await clearDead(path);
  }
  return { release: () => rm(path, { force: true }) };
}

/** The lock appears with its content in one step, so that nobody reads half of it. */
async function take(path: string, self: ProcessIdentity): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(self), { mode: PRIVATE_FILE });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readHolder(path: string): Promise<ProcessIdentity | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Under a guard: of two who find the same dead lock, the slower must not remove the quicker's new one. */
async function clearDead(path: string): Promise<void> {
  const guard = `${path}.guard`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await clearOldGuard(guard);
    await pause(LOOK_AGAIN_MS);
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder !== null && !(await isSameProcessAlive(holder))) await rm(path, { force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

async function clearOldGuard(guard: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(guard);
    if (Date.now() - mtimeMs > GUARD_AGE_MS) await rm(guard, { recursive: true, force: true });
  } catch (error) {
    // its owner has just taken it away
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
