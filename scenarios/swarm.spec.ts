import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, Gateway, list } from './gateway.js';

const run = promisify(execFile);

/** A command of the built tree, against this gateway; what it wrote as JSON. */
async function command(program: string, dataDir: string, args: readonly string[]) {
  const { stdout } = await run(
    process.execPath,
    [resolve(`tools/dist/${program}.js`), ...args, '--json', '--data-dir', dataDir],
    { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 240_000 },
  );
  return JSON.parse(stdout) as unknown;
}

/** Stations of every protocol with every trouble; then the books of both sides are held against them. */
describe('a swarm of stations', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  }, 90_000);

  afterAll(async () => {
    await gateway.dispose();
  }, 30_000);

  it('is booked as it was metered, charge by charge and in sum', async () => {
    const result = await command('simulate', gateway.dataDir, [
      ...['--stations', '6', '--sessions', '48', '--seed', '7'],
    ]);
    expect(at(result, 'differences')).toEqual([]);
    expect(at(result, 'addsUp')).toBe(true);
    expect(at(result, 'sessions')).toBe(48);
    expect(Object.keys(at(result, 'byProtocol') as object)).toHaveLength(3);
    expect(list(result, 'utilities')).toHaveLength(4);
  }, 300_000);

  it('breaks no invariant of anybody’s books', async () => {
    const result = await command('roamgrid', gateway.dataDir, ['audit']);
    expect(at(result, 'sound')).toBe(true);
    expect(list(result, 'utilities')).toHaveLength(4);
  }, 120_000);
});
