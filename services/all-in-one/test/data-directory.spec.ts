import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf } from '@roamgrid/persistence';
import { DataDirectoryInUse, holdDataDirectory } from '../src/data-directory.js';

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
});
