import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Database, startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { isSeeded } from '../src/demonstration/seed-once.js';
import { startGateway, type RunningAllInOne } from '../src/start-gateway.js';

jest.setTimeout(400_000);

const UTILITIES = ['alabama-power', 'duke-energy', 'georgia-power', 'northern-hydro'];

/** What the seeding writes, without what is random or the time; one row a thing, in order. */
const BOOKS: readonly (readonly [service: string, sql: string])[] = [
  ...['tariffs_residential', 'tariffs_commercial'].map(
    (store) =>
      [
        'crp',
        `SELECT document->>'id', version, state, purpose FROM ${store} ORDER BY 1, 2`,
      ] as const,
  ),
  [
    'crp',
    'SELECT side, customer_class, station_class, version, state FROM policies ORDER BY 1, 2, 3',
  ],
  ['crp', 'SELECT plan_id, version FROM plans ORDER BY 1, 2'],
  ['crp', 'SELECT from_currency, to_currency, source FROM fx_rates ORDER BY 1, 2'],
  ['crp', 'SELECT agreement_id, count(*)::int AS versions FROM agreements GROUP BY 1 ORDER BY 1'],
  ['profiles', 'SELECT count(*)::int AS consumers FROM consumers'],
  ['aaa', 'SELECT station_id, count(*)::int AS versions FROM stations GROUP BY 1 ORDER BY 1'],
];

class Interrupted extends Error {}

/** Breaks a start off when it has asked so many times whether it is to end. */
class AfterAsking {
  asked = 0;
  readonly #times: number;

  constructor(times: number) {
    this.#times = times;
  }

  throwIfAborted(): void {
    this.asked += 1;
    if (this.asked >= this.#times) throw new Interrupted();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function booksOf(gateway: RunningAllInOne): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const utility of UTILITIES) {
    for (const [service, sql] of BOOKS) {
      rows.push([utility, sql, await gateway.databaseOf(utility, service).query(sql)]);
    }
  }
  return rows;
}

describe('a first start that was broken off', () => {
  const servers: PostgresServer[] = [];
  const folders: string[] = [];
  let port: number;

  beforeEach(async () => {
    port = await freePort();
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  async function emptyPlace() {
    const server = await startTestPostgres();
    servers.push(server);
    const dataDir = await mkdtemp(join(tmpdir(), 'roamgrid-first-'));
    folders.push(dataDir);
    return (interruption?: { throwIfAborted(): void }): Promise<RunningAllInOne> =>
      startGateway({
        port,
        host: '127.0.0.1',
        dataDir,
        logLevel: 'silent',
        log: () => undefined,
        databaseUrl: server.url,
        interruption,
      });
  }

  it('is begun again, and comes to the same consortium, wherever it was broken off', async () => {
    const undisturbed = await emptyPlace();
    const never = new AfterAsking(Infinity);
    const whole = await undisturbed(never);
    const expected = await booksOf(whole);
    await whole.stop();

    const disturbed = await emptyPlace();
    // as the services start, among the prices, and when all is there but the mark that says so
    for (const times of [3, 60, never.asked]) {
      await expect(disturbed(new AfterAsking(times))).rejects.toBeInstanceOf(Interrupted);
      expect(await isSeeded(folders[1] ?? '')).toBe(false);
    }
    const resumed = await disturbed();
    expect(resumed.fresh).toBe(true);
    expect(await booksOf(resumed)).toEqual(expected);
    await resumed.stop();
  });

  it('that ended is never begun again: without its mark the databases stay as they are', async () => {
    const place = await emptyPlace();
    await (await place()).stop();
    const server = new Database({
      url: servers[0]?.url ?? '',
      schema: 'public',
      applicationName: 'test',
      random: Math.random,
    });
    const labels = (): Promise<{ oid: number; label: unknown }[]> =>
      server.query(
        `SELECT oid::int, shobj_description(oid, 'pg_database') AS label
           FROM pg_database WHERE datname LIKE 'rg%' ORDER BY datname`,
      );
    const before = await labels();
    expect(before.length).toBeGreaterThan(4);
    expect(new Set(before.map(({ label }) => label))).toEqual(new Set([null]));
    await rm(join(folders[0] ?? '', 'seeded.json'));
    await expect(place()).rejects.toThrow('says something else');
    expect(await labels()).toEqual(before);
    await server.close();
  });
});
