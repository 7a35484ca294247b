import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerNats } from '@nestjs/microservices';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { natsTransport, NestBus } from '@roamgrid/messaging';
import { specifyBus } from './bus-specification.js';
import { echo, HOME, openBus, startEcho } from './echo-service.js';
import { endNats, natsProgram, startNats, type RunningNats } from './nats-server.js';

const program = await natsProgram();
const path = 'path' in program ? program.path : '';
const title =
  'missing' in program ? `the bus over NATS (needs ${program.missing})` : 'the bus over NATS';
const describeNats = 'missing' in program ? describe.skip : describe;

const greeting = (by: string) => () => ({ text: 'hello', by, traceId: null });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describeNats(title, () => {
  afterAll(() => {
    endNats();
  });

  specifyBus('as services use it', async () => {
    const nats = await startNats(path);
    return { transport: natsTransport(nats.url), stop: () => nats.stop() };
  });

  describe('of its own', () => {
    let nats: RunningNats;
    let bus: NestBus;

    beforeAll(async () => {
      nats = await startNats(path);
      bus = openBus(natsTransport(nats.url));
    });
    afterAll(async () => {
      await bus.close();
      await nats.stop();
    });

    it('has two instances of a service share the work, each message once', async () => {
      const answered = { first: 0, second: 0 };
      const instance = (name: keyof typeof answered) =>
        startEcho(natsTransport(nats.url), HOME, ({ text }) => {
          answered[name] += 1;
          return { text, by: name, traceId: null };
        });
      const instances = [await instance('first'), await instance('second')];
      const texts = Array.from({ length: 200 }, (_, index) => String(index));
      const replies = await Promise.all(texts.map((text) => bus.request(echo, HOME, { text })));
      expect(replies.map(({ text }) => text)).toEqual(texts);
      expect(answered.first + answered.second).toBe(texts.length);
      expect(answered.first).toBeGreaterThan(0);
      expect(answered.second).toBeGreaterThan(0);
      for (const one of instances) await one.close();
    });

    it('answers what it has taken before it goes', async () => {
      let taken = (): void => undefined;
      let release = (): void => undefined;
      const isTaken = new Promise<void>((resolve) => (taken = resolve));
      const isReleased = new Promise<void>((resolve) => (release = resolve));
      const service = await startEcho(natsTransport(nats.url), HOME, async () => {
        taken();
        await isReleased;
        return greeting('the leaving one')();
      });
      const reply = bus.request(echo, HOME, { text: 'hello' });
      await isTaken;
      const closed = service.close();
      release();
      expect((await reply).by).toBe('the leaving one');
      await closed;
    });

    it('says what is too large for it, on the way there and on the way back', async () => {
      const service = await startEcho(natsTransport(nats.url), HOME, ({ text }) => ({
        ...greeting(HOME)(),
        text: text.repeat(2),
      }));
      const send = (characters: number) =>
        bus.request(echo, HOME, { text: 'x'.repeat(characters) });
      await expect(send(2_000_000)).rejects.toMatchObject({ code: 'payload_too_large' });
      await expect(send(800_000)).rejects.toMatchObject({
        code: 'internal',
        message: 'the reply is larger than the bus carries',
      });
      expect((await send(400_000)).text).toHaveLength(800_000);
      await service.close();
    });

    it('is not brought down by what is no message', async () => {
      const service = await startEcho(natsTransport(nats.url), HOME, greeting(HOME));
      const stranger = await connect({ servers: [`${nats.host}:${String(nats.port)}`] });
      const address = `rg.${HOME}.crp.echo`;
      stranger.publish(address, 'no JSON');
      stranger.publish(address, '{"id":"1","data":{}}', { reply: 'nowhere' });
      stranger.publish(address, 'null', { reply: 'nowhere' });
      await stranger.flush();
      expect((await bus.request(echo, HOME, { text: 'hello' })).by).toBe(HOME);
      await stranger.close();
      await service.close();
    });

    it.each(['no JSON', '7', '{"response":{"ok":"perhaps"},"isDisposed":true}'])(
      'takes %p for no reply',
      async (text) => {
        const stranger = await connect({ servers: [`${nats.host}:${String(nats.port)}`] });
        stranger.subscribe(`rg.${HOME}.crp.echo`, {
          callback: (_error, message) => void message.respond(text),
        });
        await stranger.flush();
        await expect(bus.request(echo, HOME, { text: 'hello' })).rejects.toMatchObject({
          code: 'internal',
        });
        await stranger.close();
      },
    );
  });

  it('comes back when its server does', async () => {
    const first = await startNats(path);
    const transport = natsTransport(first.url);
    const server = transport.server(HOME, 'crp') as ServerNats;
    const client = transport.client();
    const service = await startEcho({ ...transport, server: () => server }, HOME, greeting(HOME));
    const bus = new NestBus({ client, from: 'test', now: Date.now, newTraceId: () => 'trace' });
    const ask = () => bus.request(echo, HOME, { text: 'hello' }, { timeoutMs: 2_000 });
    await ask();
    const isBack = new Promise<void>((resolve) => server.on('reconnect', () => resolve()));
    await first.stop();
    await expect(ask()).rejects.toMatchObject({ code: 'peer_unreachable' });
    const second = await startNats(path, { port: first.port });
    await isBack;
    await server.unwrap<NatsConnection>().flush();
    // the asking side comes back by itself, a moment sooner or later
    const answered = async (): Promise<string> => {
      for (;;) {
        const reply = await ask().catch(() => null);
        if (reply !== null) return reply.by;
      }
    };
    expect(await answered()).toBe(HOME);
    await bus.close();
    await service.close();
    await second.stop();
  }, 20_000);

  it('stops while its server is away', async () => {
    const nats = await startNats(path);
    const transport = natsTransport(nats.url);
    const server = transport.server(HOME, 'crp') as ServerNats;
    const service = await startEcho({ ...transport, server: () => server }, HOME, greeting(HOME));
    const isGone = new Promise<void>((resolve) => server.on('disconnect', () => resolve()));
    await nats.stop();
    await isGone;
    await service.close();
  });

  it('is refused in one line where there is no server', async () => {
    const url = `nats://duke:secret@127.0.0.1:${String(await freePort())}`;
    const transport = natsTransport(url);
    const refused = { code: 'peer_unreachable', message: expect.stringMatching(/^the bus at 127/) };
    await expect(startEcho(transport, HOME, greeting(HOME))).rejects.toMatchObject(refused);
    const bus = openBus(transport);
    const request = bus.request(echo, HOME, { text: 'hello' });
    await expect(request).rejects.toMatchObject(refused);
    await expect(request).rejects.not.toThrow('secret');
    await bus.close();
  });

  it('knocks with the credentials of its address', async () => {
    const nats = await startNats(path, { flags: ['--user', 'duke', '--pass', 'p@ss'] });
    const at = (credentials: string) =>
      natsTransport(`nats://${credentials}${nats.host}:${String(nats.port)}`);
    const service = await startEcho(at('duke:p%40ss@'), HOME, greeting(HOME));
    const bus = openBus(at('duke:p%40ss@'));
    expect((await bus.request(echo, HOME, { text: 'hello' })).by).toBe(HOME);
    for (const credentials of ['', 'duke:wrong@']) {
      const stranger = openBus(at(credentials));
      await expect(stranger.request(echo, HOME, { text: 'hello' })).rejects.toMatchObject({
        code: 'peer_unreachable',
        message: expect.stringContaining('Authorization Violation'),
      });
      await stranger.close();
    }
    await bus.close();
    await service.close();
    await nats.stop();
  });
});
