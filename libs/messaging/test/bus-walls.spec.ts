import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { authorizeRoaming, FLOW, subjectOf, swipe } from '@roamgrid/contracts';
import { busAccounts, natsTransport, NestBus } from '@roamgrid/messaging';
import type { BusTransport } from '@roamgrid/messaging';
import { echo, HOME, startEcho, VISITED } from './echo-service.js';
import { endNats, natsProgram, startNats, type RunningNats } from './nats-server.js';

const program = await natsProgram();
const describeNats = 'missing' in program ? describe.skip : describe;
const needs = 'missing' in program ? ` (needs ${program.missing})` : '';

const STRANGER = 'georgia-power';
const UTILITIES = [HOME, VISITED, STRANGER];
const passwordOf = (user: string): string => `password of ${user}`;

describe('the walls of the bus, from the flow', () => {
  const { accounts } = busAccounts(UTILITIES, passwordOf);
  const userOf = (account: string, name: string) =>
    accounts[account]?.users.find(({ user }) => user === name);

  it('gives each utility and each service of the consortium an account', () => {
    expect(Object.keys(accounts).sort()).toEqual([...UTILITIES, 'ledger', 'router'].sort());
  });

  it('lets a service send what the flow says, and to its own utility where it says own', () => {
    const allowed = userOf(HOME, `${HOME}/aaa`)?.permissions.publish.allow ?? [];
    const own = FLOW.filter(({ senders, scope }) => senders.includes('aaa') && scope === 'own');
    const partner = FLOW.filter(
      ({ senders, scope }) => senders.includes('aaa') && scope === 'partner',
    );
    const sends = allowed.filter((subject) => subject.startsWith('rg.'));
    expect([...sends].sort()).toEqual(
      [
        ...own.map((contract) => `rg.${HOME}.${subjectOf(contract)}`),
        ...partner.flatMap((contract) => UTILITIES.map((to) => `rg.${to}.${subjectOf(contract)}`)),
      ].sort(),
    );
  });

  it('lets a service reply to those of its own utility that may ask it, and through walls', () => {
    const replies = (name: string) =>
      userOf(HOME, name)?.permissions.publish.allow.filter((subject) => !subject.startsWith('rg.'));
    expect(replies(`${HOME}/crp`)?.sort()).toEqual(
      [
        '_R_.>',
        ...['aaa', 'administrator', 'crp', 'portal', 'profiles', 'settlement'].map(
          (asking) => `_INBOX.${HOME}_${asking}.>`,
        ),
      ].sort(),
    );
    // nobody asks it anything
    expect(replies(`${HOME}/administrator`)).toEqual([]);
  });

  it('has what crosses a wall name the account it came from', () => {
    const arriving = accounts[HOME]?.exports.filter(({ service }) =>
      service.endsWith(subjectOf(authorizeRoaming)),
    );
    expect(arriving).toEqual(
      expect.arrayContaining([
        { service: `rg.${HOME}.from.${VISITED}.aaa.authorizeRoaming`, accounts: [VISITED] },
      ]),
    );
    expect(accounts[HOME]?.exports).toContainEqual({
      service: `rg.${HOME}.from.router.${subjectOf(swipe)}`,
      accounts: ['router'],
    });
  });
});

/** what the server refuses of what a link sends */
async function* statusOf(link: NatsConnection): AsyncGenerator<{ error: Error }> {
  for await (const status of link.status()) if (status.type === 'error') yield status;
}

describeNats(`the walls of the bus, in a real server${needs}`, () => {
  let folder: string;
  let nats: RunningNats;
  const links: { close(): Promise<void> }[] = [];

  /** the echo's message stands in no flow, so these accounts are made for it */
  const configuration = () => {
    const made = busAccounts(UTILITIES, passwordOf);
    const address = `rg.${HOME}.crp.echo`;
    const arrives = `rg.${HOME}.from.${VISITED}.crp.echo`;
    for (const name of [`${VISITED}/aaa`, `${VISITED}/crp`]) {
      made.accounts[VISITED]?.users
        .find(({ user }) => user === name)
        ?.permissions.publish.allow.push(address);
    }
    made.accounts[HOME]?.exports.push({ service: arrives, accounts: [VISITED] });
    made.accounts[VISITED]?.imports.push({
      service: { account: HOME, subject: arrives },
      to: address,
    });
    return { listen: '127.0.0.1:-1', ...made };
  };

  const urlOf = (user: string): string =>
    `nats://${encodeURIComponent(user)}:${encodeURIComponent(passwordOf(user))}@127.0.0.1:${String(nats.port)}`;
  const transportOf = (user: string): BusTransport => natsTransport(urlOf(user));
  const busOf = (user: string, from = user): NestBus =>
    new NestBus({
      client: transportOf(user).client(),
      from,
      now: Date.now,
      newTraceId: () => 'trace',
    });
  const linkOf = (user: string): Promise<NatsConnection> =>
    connect({
      servers: [`127.0.0.1:${String(nats.port)}`],
      user,
      pass: passwordOf(user),
      inboxPrefix: `_INBOX.${user.replace('/', '_')}`,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roamgrid-bus-'));
    const file = join(folder, 'nats.conf');
    await writeFile(file, JSON.stringify(configuration()));
    nats = await startNats('path' in program ? program.path : '', { flags: ['-c', file] });
  });
  afterAll(async () => {
    await Promise.all(links.map((link) => link.close()));
    await nats.stop();
    endNats();
    await rm(folder, { recursive: true, force: true });
  });

  it('a partner is answered through the wall, and no one else', async () => {
    const service = await startEcho(transportOf(`${HOME}/crp`), HOME, ({ text }) => ({
      text,
      by: HOME,
      traceId: null,
    }));
    const [partner, stranger] = [busOf(`${VISITED}/aaa`), busOf(`${STRANGER}/aaa`)];
    expect((await partner.request(echo, HOME, { text: 'hello' })).by).toBe(HOME);
    await expect(
      stranger.request(echo, HOME, { text: 'hello' }, { timeoutMs: 500 }),
    ).rejects.toMatchObject({ code: 'peer_unreachable' });
    await Promise.all([partner.close(), stranger.close()]);
    await service.close();
  });

  it('a message that came after its deadline is not worked on', async () => {
    let worked = 0;
    const service = await startEcho(transportOf(`${HOME}/crp`), HOME, ({ text }) => {
      worked += 1;
      return { text, by: HOME, traceId: null };
    });
    const slow = new NestBus({
      client: transportOf(`${VISITED}/aaa`).client(),
      from: `${VISITED}/aaa`,
      now: () => Date.now() - 60_000,
      newTraceId: () => 'trace',
    });
    await expect(slow.request(echo, HOME, { text: 'hello' })).rejects.toMatchObject({
      code: 'peer_unreachable',
      message: 'the message came after its deadline',
    });
    expect(worked).toBe(0);
    await slow.close();
    await service.close();
  });

  it('a utility that says it is another one is refused', async () => {
    const service = await startEcho(transportOf(`${HOME}/crp`), HOME, ({ text }) => ({
      text,
      by: HOME,
      traceId: null,
    }));
    const liar = busOf(`${VISITED}/aaa`, `${STRANGER}/aaa`);
    links.push(liar);
    await expect(liar.request(echo, HOME, { text: 'hello' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await service.close();
  });

  it.each([
    ['everything', '>'],
    ["another utility's subjects", `rg.${HOME}.>`],
    ["another utility's swipes", `rg.${HOME}.aaa.swipe`],
    ['all answers', '_INBOX.>'],
    ["another utility's answers", `_INBOX.${HOME}_aaa.>`],
    ["its own utility's other service", `rg.${VISITED}.settlement.>`],
    ['what the server says of itself', '$SYS.>'],
  ])('B125: %s (%s) cannot be listened to', async (_what, subject) => {
    const link = await linkOf(`${VISITED}/aaa`);
    links.push(link);
    const heard = new Promise<unknown>((resolve) => {
      link.subscribe(subject, {
        callback: (error, message) => {
          resolve(error ?? message);
        },
      });
    });
    expect(await heard).toMatchObject({ name: 'PermissionViolationError' });
  });

  it.each([
    ["another utility's inbox", `_INBOX.${HOME}_crp.guessed`],
    ['the inbox of one who may not ask it', `_INBOX.${VISITED}_crp.guessed`],
    ["another utility's service", `rg.${HOME}.aaa.swipe`],
  ])('a reply nobody asked for does not go to %s', async (_what, subject) => {
    const link = await linkOf(`${VISITED}/settlement`);
    links.push(link);
    const refused = (async () => {
      for await (const { error } of statusOf(link)) return error;
      return null;
    })();
    link.publish(subject, 'forged');
    expect(await refused).toMatchObject({ name: 'PermissionViolationError' });
  });

  it("a partner's question is not heard by its other partners", async () => {
    const stranger = await linkOf(`${STRANGER}/crp`);
    const heard: string[] = [];
    stranger.subscribe(`rg.${STRANGER}.crp.>`, {
      callback: (_error, message) => void heard.push(message.subject),
    });
    await stranger.flush();
    const bus = busOf(`${VISITED}/aaa`);
    await bus.request(echo, HOME, { text: 'hello' }, { timeoutMs: 300 }).catch(() => undefined);
    await stranger.flush();
    expect(heard).toEqual([]);
    await Promise.all([bus.close(), stranger.close()]);
  });

  it('nobody comes in without a name', async () => {
    await expect(connect({ servers: [`127.0.0.1:${String(nats.port)}`] })).rejects.toThrow(
      /authorization/i,
    );
  });
});
