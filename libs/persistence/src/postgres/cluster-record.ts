import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.js';
import { DatabaseStartError } from './start-error.js';

/** `postgres.json` in the data folder: where the cluster lies and who runs it. */
export interface ClusterRecord {
  readonly clusterDir: string;
  readonly port: number | undefined;
  /** of the running server */
  readonly pid?: number | undefined;
  /** the program that started the server and will stop it */
  readonly owner?: ProcessIdentity | undefined;
}

const PRIVATE = 0o600;
const PASSWORD_BYTES = 24;

export async function readRecord(dataDir: string): Promise<ClusterRecord | undefined> {
  const path = join(dataDir, 'postgres.json');
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ClusterRecord;
  } catch {
    throw new DatabaseStartError(`${path} is not JSON: restore it, it says where the database is`);
  }
}

export async function writeRecord(dataDir: string, record: ClusterRecord): Promise<void> {
  const path = join(dataDir, 'postgres.json');
  const draft = `${path}.${String(process.pid)}`;
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`, { mode: PRIVATE });
  await rename(draft, path);
}

/** The superuser's password, made with the cluster and kept beside it. */
export async function readPassword(dataDir: string): Promise<string | undefined> {
  return (await readIfThere(passwordPath(dataDir)))?.trim();
}

export async function createPassword(dataDir: string): Promise<string> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await writeFile(passwordPath(dataDir), `${password}\n`, { mode: PRIVATE });
  return password;
}

export function passwordPath(dataDir: string): string {
  return join(dataDir, 'postgres.password');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
