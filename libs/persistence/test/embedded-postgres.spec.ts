import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseStartError, startEmbeddedPostgres } from '../src/index.js';
import type { EmbeddedPostgresOptions, PostgresServer } from '../src/index.js';
import { canEnter } from '../src/postgres/account.js';
import { platformPackage, usableFiles } from '../src/postgres/program-files.js';
import { findPrograms } from '../src/postgres/programs.js';
import { runProgram as run } from '../src/postgres/run-program.js';
import { buildProgram, isAlive, runProgram } from './launcher/program.js';

const NOBODY = 65_534;
/** for a busy machine; nothing waits for it */
const END_BOUND_MS = 60_000;
const isRoot = process.getuid?.() === 0;
const hasProc = existsSync('/proc/self/cmdline');
const asRoot = isRoot ? it : it.skip;
const withProc = hasProc ? it : it.skip;
const asNobody =
  isRoot && (await canEnter(dirname(fileURLToPath(import.meta.url)), { uid: NOBODY, gid: NOBODY }))
    ? it
    : it.skip;

let program: string;
let folder: string;
let servers: PostgresServer[];
const leftovers: string[] = [];

beforeAll(async () => {
  program = await buildProgram();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roamgrid launcher '));
  await chmod(folder, 0o755);
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
  for (const path of leftovers.splice(0)) await rm(path, { recursive: true, force: true });
});

afterAll(() => rm(program, { force: true }));

async function start(
  dataDir: string,
  more: Pick<EmbeddedPostgresOptions, 'port' | 'tell'> = {},
): Promise<PostgresServer> {
  const options = { dataDir, durable: false, log: () => undefined };
  const server = await startEmbeddedPostgres({ ...options, ...more });
  servers.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<{ v: unknown }>(sql);
    return result.rows[0]?.v;
  } finally {
    await client.end();
  }
}

interface Record {
  readonly port: number;
  readonly clusterDir: string;
  readonly pid?: number;
}

async function recordOf(dataDir: string): Promise<Record> {
  return JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as Record;
}

async function failure(dataDir: string, port?: number): Promise<string> {
  const error: unknown = await start(dataDir, port === undefined ? {} : { port }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatabaseStartError);
  expect(String(error)).not.toContain('\n');
  return String(error);
}

describe('the embedded server', () => {
  it('starts in a path with spaces, is found again with its data, and keeps its port', async () => {
    const dataDir = join(folder, 'data of mine');
    const first = await start(dataDir);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS v');
    await first.stop();
    await expect(ask(first.url, 'SELECT 1 AS v')).rejects.toThrow('ECONNREFUSED');
    const second = await start(dataDir);
    expect(await ask(second.url, 'SELECT v FROM kept')).toBe(7);
    expect(second.url).toBe(first.url);
  });

  it('keeps files and passwords to itself', async () => {
    const { url } = await start(folder);
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(join(folder, 'postgres.password'))).toBe(0o600);
    const { clusterDir } = await recordOf(folder);
    expect(await mode(clusterDir)).toBe(0o700);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1 AS v')).rejects.toThrow(
      'password authentication failed',
    );
    expect(await ask(url, 'SHOW listen_addresses')).toBeUndefined();
    expect(await ask(url, `SELECT current_setting('listen_addresses') AS v`)).toBe('127.0.0.1');
    expect(await ask(url, `SELECT current_setting('unix_socket_directories') AS v`)).toBe('');
    expect(await ask(url, `SELECT current_setting('max_connections') AS v`)).toBe('300');
  });

  it('is shared with whoever starts it again, who does not stop it', async () => {
    const owner = await start(folder);
    const guest = await start(folder);
    expect(guest.url).toBe(owner.url);
    await guest.stop();
    expect(await ask(owner.url, 'SELECT 1 AS v')).toBe(1);
  });

  it('is started once by programs that begin together', async () => {
    const runs = [1, 2, 3].map(() => runProgram(program, folder, 'hold'));
    const reports = await Promise.all(runs.map((each) => each.next()));
    expect(new Set(reports.map((report) => report.url)).size).toBe(1);
    expect(reports[0]?.url).toContain('127.0.0.1');
    for (const each of runs) each.child.kill('SIGKILL');
    await Promise.all(runs.map((each) => each.ended()));
    const server = await start(folder);
    expect(await ask(server.url, 'SELECT 1 AS v')).toBe(1);
  });
});

describe('a server that is kept running', () => {
  withProc('is started again where it was when it is killed, with what was committed', async () => {
    const said: string[] = [];
    let changed = (): void => undefined;
    const server = await startEmbeddedPostgres({
      dataDir: folder,
      durable: true,
      log: () => undefined,
      keepRunning: {
        tell: (line) => said.push(line),
        onChange: () => {
          changed();
        },
      },
    });
    servers.push(server);
    await ask(server.url, 'CREATE TABLE kept AS SELECT 7 AS v');
    const first = server.pid ?? 0;
    const isBack = new Promise<void>((resolve) => {
      changed = () => {
        if (server.pid !== null && server.pid !== first) resolve();
      };
    });
    process.kill(first, 'SIGKILL');
    await isBack;
    expect(said[0]).toBe('postgres ended (signal SIGKILL); it is started again in 100 ms');
    expect(await ask(server.url, 'SELECT v FROM kept')).toBe(7);
    expect((await recordOf(folder)).pid).toBe(server.pid);
    const second = server.pid ?? 0;
    await server.stop();
    expect([server.pid, isAlive(second)]).toEqual([null, false]);
    expect((await recordOf(folder)).pid).toBeUndefined();
  });
});

describe('the end of the program', () => {
  withProc('by itself takes the server along', async () => {
    const child = runProgram(program, folder, 'exit');
    expect((await child.next()).url).toBeDefined();
    await child.ended();
    const { pid = 0 } = await recordOf(folder);
    // the server ends on its own time, after the signal that the ending program sent
    const deadline = Date.now() + END_BOUND_MS;
    while (isAlive(pid) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(isAlive(pid)).toBe(false);
  });

  withProc('by SIGKILL leaves a server that the next start ends and replaces', async () => {
    const child = runProgram(program, folder, 'hold');
    const { url = '' } = await child.next();
    await ask(url, 'CREATE TABLE kept AS SELECT 7 AS v');
    child.child.kill('SIGKILL');
    await child.ended();
    const orphan = (await recordOf(folder)).pid ?? 0;
    expect(isAlive(orphan)).toBe(true);
    const said: string[] = [];
    const server = await start(folder, { tell: (line) => said.push(line) });
    expect(said).toEqual([
      `Waiting for the PostgreSQL of an earlier run, process ${String(orphan)}, to end…`,
    ]);
    expect(isAlive(orphan)).toBe(false);
    expect(await ask(server.url, 'SELECT v FROM kept')).toBe(7);
  });

  it('with the machine leaves a pid file, whose number may be another process by now', async () => {
    const first = await start(folder);
    await first.stop();
    const { clusterDir } = await recordOf(folder);
    const { uid, gid } = await stat(clusterDir);
    const pidFile = join(clusterDir, 'postmaster.pid');
    await writeFile(pidFile, `${String(process.pid)}\n${clusterDir}\n1\n5432\n\n\n\n`, {
      mode: 0o600,
    });
    if (isRoot) await chown(pidFile, uid, gid);
    const second = await start(folder);
    expect(await ask(second.url, 'SELECT 1 AS v')).toBe(1);
  });
});

describe('who runs it', () => {
  asRoot(
    'root gets another user, and a place of its own where that user cannot enter',
    async () => {
      const dataDir = join(folder, 'closed');
      await mkdir(dataDir, { mode: 0o700 });
      const first = await start(dataDir);
      const { clusterDir } = await recordOf(dataDir);
      leftovers.push(clusterDir);
      expect(dirname(clusterDir)).toBe('/var/lib/roamgrid');
      expect((await stat(clusterDir)).uid).not.toBe(0);
      await first.stop();
      const second = await start(dataDir);
      expect((await recordOf(dataDir)).clusterDir).toBe(clusterDir);
      await second.stop();
      await rm(clusterDir, { recursive: true });
      expect(await failure(dataDir)).toContain('is missing from /var/lib/roamgrid');
    },
  );

  asNobody('an ordinary user needs nobody else', async () => {
    await chown(folder, NOBODY, NOBODY);
    const first = runProgram(program, join(folder, 'd'), 'stop', NOBODY);
    expect(await first.next()).toHaveProperty('url');
    expect(await first.next()).toEqual({ stopped: true });
    expect((await stat(join(folder, 'd', 'postgres'))).uid).toBe(NOBODY);
    // root goes on with the same user's cluster
    const server = await start(join(folder, 'd'));
    expect(await ask(server.url, 'SELECT 1 AS v')).toBe(1);
  });

  asNobody('an ordinary user is told whose cluster it is', async () => {
    await (await start(folder)).stop();
    await chown(folder, NOBODY, NOBODY);
    await chown(join(folder, 'postgres.json'), NOBODY, NOBODY);
    await chown(join(folder, 'postgres.password'), NOBODY, NOBODY);
    const { uid } = await stat(join(folder, 'postgres'));
    if (uid === NOBODY) return;
    const { error } = await runProgram(program, folder, 'stop', NOBODY).next();
    expect(error).toContain(`belongs to user ${String(uid)}`);
  });
});

describe('what stops it from starting is said in one line', () => {
  it('a broken cluster', async () => {
    await (await start(folder)).stop();
    const { clusterDir } = await recordOf(folder);
    await writeFile(join(clusterDir, 'global', 'pg_control'), 'nonsense');
    expect(await failure(folder)).toContain(`PostgreSQL did not start in ${clusterDir}: `);
  });

  it('a folder of something else', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'x'), '');
    expect(await failure(folder)).toContain('is not empty and not a PostgreSQL cluster');
  });

  it('a lost password', async () => {
    await (await start(folder)).stop();
    await rm(join(folder, 'postgres.password'));
    expect(await failure(folder)).toContain('postgres.password is missing');
  });

  it('another password', async () => {
    await (await start(folder)).stop();
    await writeFile(join(folder, 'postgres.password'), 'other\n');
    expect(await failure(folder)).toContain('does not let us in');
  });

  it('a port that is taken', async () => {
    const first = await start(join(folder, 'a'));
    const port = Number(new URL(first.url).port);
    expect(await failure(join(folder, 'b'), port)).toContain(`Port ${String(port)} on 127.0.0.1`);
  });

  it('a record that is no JSON', async () => {
    await writeFile(join(folder, 'postgres.json'), '{');
    expect(await failure(folder)).toContain('is not JSON');
  });

  it('a data folder that is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await failure(join(folder, 'file'))).toContain('cannot be set up');
  });

  it('no programs of the wanted version', async () => {
    const search = findPrograms({ account: undefined, copiesDir: folder, majorVersion: 9 });
    await expect(search).rejects.toThrow(/No PostgreSQL 9 that runs here .* set DATABASE_URL/);
  });

  asRoot('a full disk', async () => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m,mode=755', 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      // no right to mount here, as in most containers
      return;
    }
    try {
      expect(await failure(folder)).toContain('the disk is full');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});

describe('the binaries from npm', () => {
  asRoot('run from a copy where the user cannot reach them, their links made', async () => {
    const found = await platformPackage();
    if (found === undefined) throw new Error('no binaries were installed for this machine');
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const nativeDir = join(closed, 'native');
    await cp(found.nativeDir, nativeDir, {
      recursive: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
    const account = { uid: NOBODY, gid: NOBODY };
    const usable = await usableFiles({ ...found, nativeDir }, account, join(folder, 'copies'));
    expect(dirname(usable)).toBe(join(folder, 'copies'));
    const version = await run(join(usable, 'bin', 'postgres'), ['--version'], account);
    expect(version).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(usable, 'lib', 'libicuuc.so.60'))).toBe(true);
  });
});
