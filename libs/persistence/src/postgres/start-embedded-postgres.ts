import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isRoot } from './account.js';
import { withClient } from './admin-connection.js';
import {
  clusterPassword,
  initialiseCluster,
  locateCluster,
  SUPERUSER,
  SYSTEM_DIR,
} from './cluster.js';
import type { Cluster } from './cluster.js';
import { readRecord, writeRecord } from './cluster-record.js';
import type { ClusterRecord } from './cluster-record.js';
import { KeptPostmaster } from './kept-postmaster.js';
import { findRunningServer, stopOrphan } from './postmaster-file.js';
import { Postmaster, PostmasterEnded } from './postmaster.js';
import { identityOf, isSameProcessAlive } from './process-identity.js';
import { findPrograms } from './programs.js';
import type { Programs } from './programs.js';
import type { EmbeddedPostgresOptions, PostgresServer } from './server.js';
import { DatabaseStartError, reasonOf, tellingLine, toStartError } from './start-error.js';
import { withStartLock } from './start-lock.js';

const DEFAULT_MAX_CONNECTIONS = 300;
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = /Address already in use|could not create any TCP/;
const RECOVERING = 'automatic recovery in progress';
/** root's own folder may be passed through by the server's account, but not listed */
const PASSABLE_DIR = 0o711;
const PRIVATE_DIR = 0o700;

/**
 * Starts the data folder's PostgreSQL on 127.0.0.1, making the cluster the first time. Where
 * another living program runs it already, that one is found and shared, and `stop()` leaves it
 * alone; one left behind by a killed program is ended cleanly and started again.
 * @throws DatabaseStartError one line, whatever went wrong
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<PostgresServer> {
  try {
    await mkdir(options.dataDir, { recursive: true, mode: isRoot() ? PASSABLE_DIR : PRIVATE_DIR });
    const dataDir = await realpath(options.dataDir);
    const { tell } = options;
    return await withStartLock({ dataDir, tell }, () => findOrStart({ ...options, dataDir }));
  } catch (error) {
    throw toStartError(error, options.dataDir);
  }
}

async function findOrStart(options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const { dataDir } = options;
  const record = await readRecord(dataDir);
  const cluster = await locateCluster(dataDir, record);
  const password = await clusterPassword(dataDir, cluster);
  const running = await findRunningServer(cluster.dir);
  if (running !== undefined) {
    if (record?.owner !== undefined && (await isSameProcessAlive(record.owner))) {
      const url = adminUrl(running.port, password);
      await checkAnswer(url, cluster.dir);
      return { url, pid: null, stop: () => Promise.resolve() };
    }
    options.tell?.(
      `Waiting for the PostgreSQL of an earlier run, process ${String(running.pid)}, to end…`,
    );
    await stopOrphan(running);
  }
  return start(options, cluster, password, record?.port);
}

async function start(
  options: EmbeddedPostgresOptions,
  cluster: Cluster,
  password: string,
  lastPort: number | undefined,
): Promise<PostgresServer> {
  const { dataDir } = options;
  const programs = await findPrograms({
    account: cluster.account,
    copiesDir: isRoot() ? SYSTEM_DIR : join(dataDir, 'programs'),
    majorVersion: cluster.majorVersion,
  });
  if (cluster.majorVersion === undefined) {
    await initialiseCluster(cluster, programs, { password, durable: options.durable });
    // named at once: one outside the data folder must not be lost sight of
    await writeRecord(dataDir, { clusterDir: cluster.dir, port: undefined });
  }
  const { postmaster, port } = await startOnPort(options, cluster, programs, lastPort);
  const stopped: ClusterRecord = { clusterDir: cluster.dir, port };
  try {
    await recordRunning(dataDir, stopped, postmaster);
    const url = adminUrl(port, password);
    await checkAnswer(url, cluster.dir);
    const startAgain = async (): Promise<Postmaster> => {
      const again = await startOnPort({ ...options, port }, cluster, programs, undefined);
      await recordRunning(dataDir, stopped, again.postmaster);
      return again.postmaster;
    };
    return serverOf(options, url, stopped, { postmaster, startAgain });
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

async function recordRunning(
  dataDir: string,
  stopped: ClusterRecord,
  { pid }: Postmaster,
): Promise<void> {
  await writeRecord(dataDir, { ...stopped, pid, owner: await identityOf(process.pid) });
}

function serverOf(
  { dataDir, keepRunning }: EmbeddedPostgresOptions,
  url: string,
  stopped: ClusterRecord,
  { postmaster, startAgain }: { postmaster: Postmaster; startAgain: () => Promise<Postmaster> },
): PostgresServer {
  const server =
    keepRunning === undefined
      ? postmaster
      : new KeptPostmaster(postmaster, startAgain, keepRunning);
  return {
    url,
    get pid() {
      return server.pid;
    },
    stop: () => stop(dataDir, server, stopped),
  };
}

async function stop(
  dataDir: string,
  server: Postmaster | KeptPostmaster,
  stopped: ClusterRecord,
): Promise<void> {
  await server.stop();
  // whoever started it again in the meantime has written a record of his own
  const { owner } = (await readRecord(dataDir)) ?? {};
  if (owner?.pid === process.pid) await writeRecord(dataDir, stopped);
}

async function startOnPort(
  options: EmbeddedPostgresOptions,
  cluster: Cluster,
  programs: Programs,
  lastPort: number | undefined,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const preferred = attempt === 1 ? lastPort : undefined;
    const port = options.port ?? preferred ?? (await freePort());
    try {
      const postmaster = Postmaster.spawn({
        cluster,
        programs,
        port,
        durable: options.durable,
        maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
        log: listening(options),
      });
      await postmaster.ready();
      return { postmaster, port };
    } catch (error) {
      const output = error instanceof PostmasterEnded ? error.output : reasonOf(error);
      const mayTryOther = options.port === undefined && attempt < PORT_ATTEMPTS;
      if (PORT_TAKEN.test(output) && mayTryOther) continue;
      throw startFault(output, port, cluster.dir);
    }
  }
}

/** A recovery may take long, and nothing answers meanwhile. */
function listening({ log, tell }: EmbeddedPostgresOptions): (line: string) => void {
  return (line) => {
    log(line);
    if (line.includes(RECOVERING)) tell?.('PostgreSQL was not shut down and recovers first…');
  };
}

function startFault(output: string, port: number, clusterDir: string): DatabaseStartError {
  return new DatabaseStartError(
    PORT_TAKEN.test(output)
      ? `Port ${String(port)} on 127.0.0.1, meant for PostgreSQL, is taken`
      : `PostgreSQL did not start in ${clusterDir}: ${tellingLine(output)}`,
  );
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

function adminUrl(port: number, password: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${String(port)}/postgres`;
}

/** Proves that this is our cluster and the password fits, and lets no service role in by default. */
async function checkAnswer(url: string, clusterDir: string): Promise<void> {
  try {
    await withClient(url, (client) =>
      client.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'),
    );
  } catch (error) {
    throw new DatabaseStartError(
      `PostgreSQL in ${clusterDir} runs but does not let us in: ${reasonOf(error)}`,
    );
  }
}
