import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.js';
import { canEnter, isRoot, ownerOf, unprivilegedAccount } from './account.js';
import { createPassword, passwordPath, readPassword } from './cluster-record.js';
import type { ClusterRecord } from './cluster-record.js';
import type { Programs } from './programs.js';
import { runProgram } from './run-program.js';
import { DatabaseStartError, tellingLine } from './start-error.js';

/** Where PostgreSQL's files lie and whose they are. */
export interface Cluster {
  readonly dir: string;
  readonly account: Account | undefined;
  /** undefined until the cluster is made */
  readonly majorVersion: number | undefined;
}

/** For clusters and programs that the server's account cannot reach in the data folder. */
export const SYSTEM_DIR = '/var/lib/roamgrid';
export const SUPERUSER = 'postgres';
const PRIVATE_DIR = 0o700;
const PRIVATE_FILE = 0o600;
const NAME_BYTES = 4;

/** Finds the data folder's cluster, or the place for a new one. */
export async function locateCluster(
  dataDir: string,
  record: ClusterRecord | undefined,
): Promise<Cluster> {
  const inside = join(dataDir, 'postgres');
  // looked at first, so that a copied data folder never runs the original's cluster
  if (await holdsCluster(inside)) return existingCluster(inside);
  const elsewhere = record?.clusterDir;
  if (elsewhere !== undefined && dirname(elsewhere) === SYSTEM_DIR) {
    if (await holdsCluster(elsewhere)) return existingCluster(elsewhere);
    throw new DatabaseStartError(
      `The database of ${dataDir} is missing from ${elsewhere}: restore it, or remove ${dataDir} to begin anew`,
    );
  }
  const account = await unprivilegedAccount();
  const isInside = await canEnter(dataDir, account);
  return {
    dir: isInside ? inside : await newSystemFolder(dataDir),
    account,
    majorVersion: undefined,
  };
}

async function holdsCluster(dir: string): Promise<boolean> {
  if (!existsSync(dir)) return false;
  const owner = await ownerOf(dir);
  if (!isRoot() && process.getuid !== undefined && owner.uid !== process.getuid()) {
    throw new DatabaseStartError(
      `The database in ${dir} belongs to user ${String(owner.uid)}: start as the user who made it, or as root`,
    );
  }
  return existsSync(join(dir, 'PG_VERSION'));
}

async function existingCluster(dir: string): Promise<Cluster> {
  const owner = await ownerOf(dir);
  if (isRoot() && owner.uid === 0) {
    throw new DatabaseStartError(
      `The database in ${dir} belongs to root, under whom PostgreSQL does not run: give it to another user with chown -R`,
    );
  }
  const version = Number((await readFile(join(dir, 'PG_VERSION'), 'utf8')).trim());
  return {
    dir,
    account: isRoot() ? owner : undefined,
    majorVersion: Number.isInteger(version) ? version : undefined,
  };
}

async function newSystemFolder(dataDir: string): Promise<string> {
  const path = await realpath(dataDir);
  const parent = basename(dirname(path)).replaceAll(/[^A-Za-z0-9]/g, '');
  const name = `${parent || 'data'}-${randomBytes(NAME_BYTES).toString('hex')}`;
  return join(SYSTEM_DIR, name);
}

/** The superuser's password; that of an existing cluster cannot be made up. */
export async function clusterPassword(dataDir: string, cluster: Cluster): Promise<string> {
  const password = await readPassword(dataDir);
  if (password !== undefined && password !== '') return password;
  if (cluster.majorVersion === undefined) return createPassword(dataDir);
  throw new DatabaseStartError(
    `${passwordPath(dataDir)} is missing, without which the database in ${cluster.dir} cannot be opened`,
  );
}

/**
 * Makes the cluster beside its place and moves it there when it is whole, so that an interrupted
 * start leaves nothing half made.
 */
export async function initialiseCluster(
  cluster: Cluster,
  programs: Programs,
  options: { readonly password: string; readonly durable: boolean },
): Promise<void> {
  await refuseForeignContent(cluster.dir);
  const parent = dirname(cluster.dir);
  if (parent === SYSTEM_DIR) await mkdir(parent, { recursive: true, mode: 0o755 });
  await removeDrafts(cluster.dir);
  const draft = `${cluster.dir}.draft-${randomBytes(NAME_BYTES).toString('hex')}`;
  await mkdir(draft, { mode: PRIVATE_DIR });
  try {
    const passwordFile = join(draft, 'password');
    await writeFile(passwordFile, options.password, { mode: PRIVATE_FILE });
    if (cluster.account !== undefined) {
      await chown(passwordFile, cluster.account.uid, cluster.account.gid);
      await chown(draft, cluster.account.uid, cluster.account.gid);
    }
    await runInitdb(cluster, programs, draft, options.durable);
    await chmod(join(draft, 'data'), PRIVATE_DIR);
    await rename(join(draft, 'data'), cluster.dir);
    if (options.durable) await syncFolder(parent);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  cluster: Cluster,
  programs: Programs,
  draft: string,
  durable: boolean,
): Promise<void> {
  const args = [
    `--pgdata=${join(draft, 'data')}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(draft, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  const { exitCode, output } = await runProgram(programs.initdb, args, cluster.account);
  if (exitCode !== 0) {
    throw new DatabaseStartError(
      `PostgreSQL could not make its files in ${cluster.dir}: ${tellingLine(output)}`,
    );
  }
}

async function refuseForeignContent(dir: string): Promise<void> {
  if (existsSync(dir) && (await readdir(dir)).length > 0) {
    throw new DatabaseStartError(
      `${dir} is not empty and not a PostgreSQL cluster: move it away, or restore its PG_VERSION`,
    );
  }
}

/** Left by a start that was killed; the start lock says that nobody is at it now. */
async function removeDrafts(clusterDir: string): Promise<void> {
  const parent = dirname(clusterDir);
  const prefix = `${basename(clusterDir)}.draft-`;
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
