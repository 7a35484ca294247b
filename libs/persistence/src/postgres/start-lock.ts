import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf, isSameProcessAlive } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { DatabaseStartError } from './start-error.js';

const LOOK_AGAIN_MS = 50;
const LOOKS = 1_200;
/** looks before somebody is told: starts at one moment pass each other quickly */
const LOOKS_UNTOLD = 20;

export interface StartLockOptions {
  readonly dataDir: string;
  /** one line for people, where it takes long */
  readonly tell?: ((line: string) => void) | undefined;
}

/** Lets one process at a time start the database of a data folder; a dead one's lock is void. */
export async function withStartLock<T>(
  { dataDir, tell }: StartLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(dataDir, 'postgres.lock');
  await acquire(path, tell);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, tell: StartLockOptions['tell']): Promise<void> {
  const self = JSON.stringify(await identityOf(process.pid));
  for (let look = 0; look < LOOKS; look += 1) {
    try {
      await writeFile(path, self, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (look === LOOKS_UNTOLD)
      tell?.(`Waiting for another process that starts the database: ${path}`);
    if (!(await isHeld(path))) await rm(path, { force: true });
    else await pause(LOOK_AGAIN_MS);
  }
  throw new DatabaseStartError(`Another process has been starting the database for long: ${path}`);
}

async function isHeld(path: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    // released in between; the next look takes it
    return true;
  }
  // created a moment ago and not yet filled
  if (text === '') return true;
  return isSameProcessAlive(JSON.parse(text) as ProcessIdentity);
}
