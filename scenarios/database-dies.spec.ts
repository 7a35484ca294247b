import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { booksOf, chargeThrough } from './apart/processes.js';
import { Gateway } from './gateway.js';

/** `DATA_DIR/postgres.json`, as long as the database runs. */
async function databasePid({ dataDir }: Gateway): Promise<number> {
  const record: unknown = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
  const { pid } = record as { pid?: number };
  if (pid === undefined) throw new Error('the database does not run');
  return pid;
}

/** The database is killed before every step of a charge: it is there again by itself, and the books are whole. */
describe('a database that dies', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  it('is started again, and what was acknowledged is there once', async () => {
    const { sessionId, totalInclTax } = await chargeThrough(gateway, 0, async () => {
      process.kill(await databasePid(gateway), 'SIGKILL');
    });
    expect(totalInclTax).toBe('5.90');
    expect(gateway.output).toContain('postgres ended (signal SIGKILL); it is started again in');
    await gateway.until(
      async () => (await gateway.get('/health/ready')).status === 200,
      'everything is ready again',
      60_000,
    );
    expect(await booksOf(gateway, [sessionId])).toEqual({
      sessions: [sessionId],
      sameHashes: true,
      lineCount: 1,
      breaches: [[], []],
    });
  }, 240_000);
});
