import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { busAccounts, natsTransport, NestBus } from '@roamgrid/messaging';
import { echo, HOME, startEcho, VISITED, type RunningEcho } from './echo-service.js';
import { endNats, natsProgram, startNats, type RunningNats } from './nats-server.js';

const program = await natsProgram();
const describeNats = 'missing' in program ? describe.skip : describe;
const needs = 'missing' in program ? ` (needs ${program.missing})` : '';

const NEWCOMER = 'prairie-electric';
const RELOADS = 150;
/** asking at once, so that some are under way at every instant of a reading */
const ASKING = 16;
const passwordOf = (user: string): string => `password of ${user}`;

/** nats-server reads who may speak while messages are under way: nobody is interrupted. */
describeNats(`the bus while its walls are changed${needs}`, () => {
  let folder: string;
  let nats: RunningNats;

  /** the echo's message stands in no flow, so these accounts are made for it: from its own utility, and another */
  const configuration = (utilities: readonly string[]) => {
    const made = busAccounts(utilities, passwordOf);
    const address = `rg.${HOME}.crp.echo`;
    const arrives = `rg.${HOME}.from.${VISITED}.crp.echo`;
    for (const utility of [HOME, VISITED]) {
      made.accounts[utility]?.users
        .find(({ user }) => user === `${utility}/aaa`)
        ?.permissions.publish.allow.push(address);
    }
    made.accounts[HOME]?.exports.push({ service: arrives, accounts: [VISITED] });
    made.accounts[VISITED]?.imports.push({
      service: { account: HOME, subject: arrives },
      to: address,
    });
    return made;
  };
  const write = (utilities: readonly string[]): Promise<void> =>
    writeFile(
      join(folder, 'nats.conf'),
      JSON.stringify({ listen: `127.0.0.1:${String(port)}`, ...configuration(utilities) }),
    );
  let port = -1;
  const change = async (utilities: readonly string[]): Promise<void> => {
    await write(utilities);
    await nats.reload();
  };

  const transportOf = (user: string) =>
    natsTransport(
      `nats://${encodeURIComponent(user)}:${encodeURIComponent(passwordOf(user))}@127.0.0.1:${String(nats.port)}`,
    );
  const busOf = (user: string): NestBus =>
    new NestBus({
      client: transportOf(user).client(),
      from: user,
      now: Date.now,
      newTraceId: () => 'trace',
    });

  let buses: readonly NestBus[];
  let service: RunningEcho;
  let whenAsked: (text: string) => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roamgrid-bus-'));
    await write([HOME, VISITED]);
    const path = 'path' in program ? program.path : '';
    nats = await startNats(path, { flags: ['-c', join(folder, 'nats.conf')] });
    // a port of its own does not change when the configuration is read again
    port = nats.port;
    service = await startEcho(transportOf(`${HOME}/crp`), HOME, async ({ text }) => {
      await whenAsked(text);
      return { text, by: HOME, traceId: null };
    });
    buses = [busOf(`${HOME}/aaa`), busOf(`${VISITED}/aaa`)];
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await service.close();
    await nats.stop();
    endNats();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers what was asked before, from inside and through a wall', async () => {
    let taken = 0;
    let allTaken = (): void => undefined;
    let release = (): void => undefined;
    const areTaken = new Promise<void>((resolve) => (allTaken = resolve));
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    whenAsked = async () => {
      taken += 1;
      if (taken === buses.length) allTaken();
      await isReleased;
    };
    const replies = buses.map((bus) => bus.request(echo, HOME, { text: 'hello' }));
    await areTaken;
    await change([HOME, VISITED, NEWCOMER]);
    release();
    expect((await Promise.all(replies)).map(({ by }) => by)).toEqual([HOME, HOME]);
    whenAsked = () => Promise.resolve();
  });

  it('answers everything that is asked while members come and go', async () => {
    let isOver = false;
    let answered = 0;
    const ask = async (bus: NestBus): Promise<void> => {
      while (!isOver) {
        await bus.request(echo, HOME, { text: 'hello' }, { timeoutMs: 2_000 });
        answered += 1;
      }
    };
    const asking = Array.from({ length: ASKING }, (_, index) => ask(buses[index % 2]!));
    for (let reload = 0; reload < RELOADS; reload += 1) {
      await change(reload % 2 === 0 ? [HOME, VISITED] : [HOME, VISITED, NEWCOMER]);
    }
    isOver = true;
    await Promise.all(asking);
    expect(answered).toBeGreaterThan(RELOADS);
  }, 60_000);
});
