import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf } from '@roamgrid/persistence';
import {
  DataDirectoryInUse,
  DataDirectoryUnusable,
  holdDataDirectory,
} from '../src/data-directory.js';
import { startFaultLine } from '../src/start-fault.js';

describe('one gateway at a time holds a data directory', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roamgrid '));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('makes the directory, and lets it go', async () => {
    const dataDir = join(folder, 'a', 'b');
    const held = await holdDataDirectory(dataDir);
    expect(await readFile(join(dataDir, 'gateway.lock'), 'utf8')).toContain(String(process.pid));
    await held.release();
    await (await holdDataDirectory(dataDir)).release();
  });

  it('refuses a second one with one line that names the directory and the process', async () => {
    const held = await holdDataDirectory(folder);
    const refusal = await holdDataDirectory(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirectoryInUse);
    const { message } = refusal as DataDirectoryInUse;
    expect(message).toContain(folder);
    expect(message).toContain(`process ${String(process.pid)}`);
    expect(message).not.toContain('\n');
    await held.release();
  });

  const GONE = 2 ** 22 + 1;
  it.each([
    ['a process that has ended', { pid: GONE, startedAt: '1' }],
    ['another process with the same number', { pid: process.pid, startedAt: '1' }],
  ])('takes over from %s', async (_what, holder) => {
    await writeFile(join(folder, 'gateway.lock'), JSON.stringify(holder));
    const held = await holdDataDirectory(folder);
    const lock: unknown = JSON.parse(await readFile(join(folder, 'gateway.lock'), 'utf8'));
    expect(lock).toEqual(await identityOf(process.pid));
    await held.release();
  });

  it('lets one of many through who find a dead lock', async () => {
    await writeFile(join(folder, 'gateway.lock'), JSON.stringify({ pid: GONE, startedAt: '1' }));
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => holdDataDirectory(folder)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each<[string, (folder: string) => Promise<string> | string, string]>([
    [
      'a place where no folder can be made',
      () => '/proc/nope/deeper',
      'it leads to where no folder is and none can be made',
    ],
    [
      'a symbolic link to nothing',
      async (at) => {
        await symlink(join(at, 'gone'), join(at, 'link'));
        return join(at, 'link');
      },
      'it leads to where no folder is and none can be made',
    ],
    [
      'symbolic links in a circle',
      async (at) => {
        await symlink(join(at, 'b'), join(at, 'a'));
        await symlink(join(at, 'a'), join(at, 'b'));
        return join(at, 'a');
      },
      'its symbolic links lead in a circle',
    ],
    ['a name of 300 characters', (at) => join(at, 'x'.repeat(300)), 'the name is too long'],
    [
      'a file',
      async (at) => {
        await writeFile(join(at, 'file'), '');
        return join(at, 'file');
      },
      'it is no folder, or leads through a file',
    ],
    [
      'a folder beneath a file',
      async (at) => {
        await writeFile(join(at, 'file'), '');
        return join(at, 'file', 'deeper');
      },
      'it is no folder, or leads through a file',
    ],
  ])('says in one line why %s cannot be it', async (_name, make, reason) => {
    const dataDir = await make(folder);
    const refusal = await holdDataDirectory(dataDir).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirectoryUnusable);
    expect(startFaultLine(refusal, 8080)).toBe(`DATA_DIR ${dataDir} cannot be used: ${reason}.`);
  });
});
