import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startFixture, STATION } from './router-fixture.js';
import { BadInputBench, eventWith } from './bad-input-bench.js';
import { RawStation } from './raw-station.js';

/** Bad input by its id in docs/bad-input.md: what a station may send that no version of OCPP has, and who may send at all. */
let bench: BadInputBench;

beforeAll(async () => {
  bench = await BadInputBench.start();
});
afterAll(() => bench.fixture.stop());
beforeEach(() => {
  bench.reset();
});

describe('7a, handshake and frames', () => {
  it('B001 no credentials, a wrong password, an unknown station: one 401', async () => {
    const bodies = await Promise.all(
      [`${STATION}:wrong`, 'NOBODY:wrong', ':'].map(async (credentials) => {
        const response = await bench.http('/station/v1/swipes', { method: 'POST' }, credentials);
        const { traceId: _traceId, ...body } = (await response.json()) as Record<string, unknown>;
        return { status: response.status, body };
      }),
    );
    expect(bodies.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(bodies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const changes of [{ password: 'wrong' }, { stationId: 'NOBODY' }, { password: '' }]) {
      const who = { ...bench.address(), ...changes };
      expect(await RawStation.refusedWith(who, 'ocpp2.0.1')).toBe(401);
    }
  });

  it('B006 a credential in the query string', async () => {
    const response = await bench.http('/station/v1/swipes?password=canary', { method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('canary');
  });

  it('B008 twenty wrong passwords', async () => {
    const who = { ...bench.address(), stationId: 'GUESSED-B008', password: 'wrong' };
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await RawStation.refusedWith(who, 'ocpp2.0.1')).toBe(401);
    }
    expect(await RawStation.refusedWith(who, 'ocpp2.0.1')).toBe(429);
  });

  it('B009 a second connection while the first answers pings', () =>
    bench.onSocket(async () => {
      const second = await bench.connect();
      expect(await second.closed).toBe(1008);
    }));

  it('B010 a station of another utility than those served here', async () => {
    const onlyDuke = await startFixture(['duke-energy']);
    const url = `ws://127.0.0.1:${String(onlyDuke.router.port)}`;
    const alabama = { url, stationId: 'ALA-BHM-001', password: 'another-password' };
    expect(await RawStation.refusedWith(alabama, 'ocpp2.0.1')).toBe(401);
    await onlyDuke.stop();
  });

  it('B012 a message over 64 KiB; ten thousand fragments', async () => {
    const large = await bench.connect();
    large.send('x'.repeat(65_537));
    expect(await large.closed).toBe(1009);
    const cut = await bench.connect();
    cut.sendFragments(10_000);
    expect(await cut.closed).toBe(1008);
  });

  it('B014 invalid UTF-8; a byte order mark; half of a surrogate pair', async () => {
    const invalid = await bench.connect();
    invalid.sendInvalidText();
    expect(await invalid.closed).toBe(1007);
    await bench.onSocket(async (raw) => {
      raw.send('\ufeff[2,"m1","Heartbeat",{}]');
      expect((await raw.next()).slice(0, 3)).toEqual([4, '-1', 'RpcFrameworkError']);
      raw.send('[2,"m1","DataTransfer",{"vendorId":"\\udfff"}]');
      expect((await raw.next()).slice(0, 3)).toEqual([4, 'm1', 'FormatViolation']);
    });
  });

  it.each([
    ['no JSON', 'no json'],
    ['an object', '{}'],
    ['an empty array', '[]'],
    ['ten thousand brackets', '['.repeat(10_000)],
  ])('B015 %s', (_what, text) =>
    bench.onSocket(async (raw) => {
      raw.send(text);
      expect((await raw.next()).slice(0, 3)).toEqual([4, '-1', 'RpcFrameworkError']);
    }),
  );

  it('B015 again and again', async () => {
    const raw = await bench.connect();
    for (let turn = 0; turn < 12; turn += 1) raw.send('no json');
    expect(await raw.closed).toBe(1007);
  });

  it.each([
    ['missing', '[2]'],
    ['a number', '[2,7,"Heartbeat",{}]'],
    ['empty', '[2,"","Heartbeat",{}]'],
    ['too long', `[2,"${'x'.repeat(37)}","Heartbeat",{}]`],
  ])('B017 a message id that is %s', (_what, text) =>
    bench.onSocket(async (raw) => {
      raw.send(text);
      expect((await raw.next()).slice(0, 3)).toEqual([4, '-1', 'RpcFrameworkError']);
    }),
  );

  it('B017 a message id used for two bodies: each counts by its natural key', () =>
    bench.onSocket(async (raw) => {
      for (const seqNo of [1, 2]) {
        raw.send(eventWith({ seqNo }));
        expect((await raw.next()).slice(0, 2)).toEqual([3, 'm1']);
      }
      const keys = bench.fixture.duke.events.map(({ naturalKey }) => naturalKey);
      expect(keys).toEqual(['ocpp2.0.1:t:1', 'ocpp2.0.1:t:2']);
    }));

  it('B018 answers that nobody asked for', () =>
    bench.onSocket((raw) => {
      raw.send('[3,"nobody-asked",{"status":"Accepted"}]');
      raw.send('[4,"nobody-asked","GenericError","",{}]');
    }));

  it('B019 calls in flight at once are handled one after the other; a flood is closed', async () => {
    await bench.onSocket(async (raw) => {
      for (const id of ['a', 'b']) raw.send(`[2,"${id}","Heartbeat",{}]`);
      expect([(await raw.next())[1], (await raw.next())[1]]).toEqual(['a', 'b']);
    });
    const flood = await bench.connect();
    for (let turn = 0; turn < 2_000; turn += 1) flood.send('[2,"f","Heartbeat",{}]');
    expect(await flood.closed).toBe(1013);
  });

  it('B022 a billing event before BootNotification is taken: nothing that is metered is refused', () =>
    bench.onSocket(async (raw) => {
      raw.send(eventWith({}));
      expect((await raw.next()).slice(0, 2)).toEqual([3, 'm1']);
      expect(bench.fixture.duke.events).toHaveLength(1);
    }));

  it.each([
    ['B020 an action misspelt', '[2,"m1","StartTransactoin",{}]', 'NotImplemented'],
    ['B020 __proto__', '[2,"m1","__proto__",{}]', 'NotImplemented'],
    ['B020 constructor', '[2,"m1","constructor",{}]', 'NotImplemented'],
    ['B023 a payload null', '[2,"m1","TransactionEvent",null]', 'FormatViolation'],
    ['B023 an array', '[2,"m1","TransactionEvent",[]]', 'FormatViolation'],
    ['B023 a text', '[2,"m1","TransactionEvent","text"]', 'FormatViolation'],
    ['B024 a member missing', eventWith({ timestamp: undefined }), 'OccurrenceConstraintViolation'],
    [
      'B026 no value of its enumeration',
      eventWith({ eventType: 'Paused' }),
      'PropertyConstraintViolation',
    ],
    ['B027 a member too many', eventWith({ isAdmin: true }), 'FormatViolation'],
    ['B027 a member twice', '[2,"m1","Heartbeat",{"a":1,"a":1}]', 'FormatViolation'],
    ['B034 half a sequence number', eventWith({ seqNo: 1.5 }), 'TypeConstraintViolation'],
    [
      'B056 NUL in a text',
      '[2,"m1","DataTransfer",{"vendorId":"v\\u0000"}]',
      'PropertyConstraintViolation',
    ],
  ])('%s', (_what, text, code) =>
    bench.onSocket(async (raw) => {
      raw.send(text);
      expect((await raw.next()).slice(0, 3)).toEqual([4, 'm1', code]);
      expect(bench.fixture.duke.events).toEqual([]);
    }),
  );
});

describe('the station HTTP API', () => {
  const session = '/station/v1/sessions/01900000-0000-7000-8000-00000000000a';
  it.each([
    ['GET', '/station/v1/swipes', 'POST'],
    ['PUT', `${session}/start`, 'POST'],
    ['DELETE', session, 'GET, HEAD'],
    ['POST', session, 'GET, HEAD'],
  ])('%s %s → 405 with what is allowed', async (method, path, allow) => {
    const response = await bench.http(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each(['gzip', 'br', 'deflate, gzip'])('B078 a body in %s → 415', async (encoding) => {
    const headers = { 'content-encoding': encoding };
    const response = await bench.http('/station/v1/swipes', {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(response.status).toBe(415);
  });
});
