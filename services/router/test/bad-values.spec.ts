import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CIN, quoted } from './router-fixture.js';
import { BadInputBench, eventWith, sampled } from './bad-input-bench.js';

/** Bad input by its id in docs/bad-input.md: values of the right shape that no meter and no card has. */
let bench: BadInputBench;

beforeAll(async () => {
  bench = await BadInputBench.start();
});
afterAll(() => bench.fixture.stop());
beforeEach(() => {
  bench.reset();
});

describe('7b, transactions and meters', () => {
  it.each([
    [-1, -1],
    [2 ** 31, 2 ** 31],
    [1000, 1000],
  ])('B034 seqNo %d is answered normally and judged by aaa', (seqNo, told) =>
    bench.onSocket(async (raw) => {
      raw.send(eventWith({ seqNo }));
      expect((await raw.next()).slice(0, 2)).toEqual([3, 'm1']);
      expect(bench.fixture.duke.events[0]?.sequenceNumber).toBe(told);
    }),
  );

  it('B034 seqNo 1e3 is 1000, under one key', () =>
    bench.onSocket(async (raw) => {
      raw.send(eventWith({ seqNo: 4321 }).replace('4321', '1e3'));
      await raw.next();
      expect(bench.fixture.duke.events[0]).toMatchObject({
        naturalKey: 'ocpp2.0.1:t:1000',
        sequenceNumber: 1000,
      });
    }));

  it.each(['NaN', 'Infinity', '1e400', '1e-400', '0x10', ' ', '12abc', '1,5', '١٢'])(
    'B043 energy %s as text opens suspense and counts for nothing',
    (value) =>
      bench.onSocket(async (raw) => {
        const payload = { connectorId: 1, transactionId: 7, ...sampled({ value }) };
        raw.send(JSON.stringify([2, 'm1', 'MeterValues', payload]));
        expect(await raw.next()).toEqual([3, 'm1', {}]);
        expect(bench.fixture.duke.events[0]?.readings).toEqual([]);
        expect(bench.fixture.duke.refusals).toEqual([
          { code: 'reading_unreadable', billing: true },
        ]);
      }, 'ocpp1.6'),
  );

  it.each([
    ['B044 2^53 + 1', '9007199254740993', '9007199254740993'],
    ['B044 2^63', String(2n ** 63n), String(2n ** 63n)],
    ['B044 four hundred digits', '9'.repeat(400), null],
    ['B045 negative zero', '-0', '0'],
    ['B045 -1 Wh', '-1', '-1'],
  ])('%s is exact or set aside', (_what, digits, meterWh) =>
    bench.onSocket(async (raw) => {
      raw.send(eventWith(sampled({ value: 4321 })).replace('4321', digits));
      expect(await raw.next()).toEqual([3, 'm1', {}]);
      const told = bench.fixture.duke.events[0]?.readings.map((reading) => reading.meterWh);
      expect(told).toEqual(meterWh === null ? [] : [meterWh]);
      expect(bench.fixture.duke.refusals).toHaveLength(meterWh === null ? 1 : 0);
    }),
  );

  it('B047 an export register is no import register', () =>
    bench.onSocket(async (raw) => {
      raw.send(eventWith(sampled({ value: 5000, measurand: 'Energy.Active.Export.Register' })));
      await raw.next();
      expect(bench.fixture.duke.events[0]?.readings).toEqual([]);
    }));

  it.each([
    "'; DROP TABLE sessions;--",
    '<script>alert(1)</script>',
    '\u001b[31m',
    '${jndi:ldap://x}',
  ])('B056 free text %s is data', (text) =>
    bench.onSocket(async (raw) => {
      raw.send(JSON.stringify([2, 'm1', 'DataTransfer', { vendorId: 'v', data: text }]));
      expect((await raw.next()).slice(0, 2)).toEqual([3, 'm1']);
      expect(bench.fixture.duke.frames[0]?.wire.raw).toContain(JSON.stringify(text).slice(1, -1));
    }),
  );
});

describe('7c, identity', () => {
  const swiped = async (idToken: string, type: string): Promise<unknown> => {
    await bench.onSocket(async (raw) => {
      raw.send(JSON.stringify([2, 'm1', 'Authorize', { idToken: { idToken, type } }]));
      await raw.next();
    });
    return bench.fixture.duke.swipes[0]?.identity;
  };

  it.each([
    ['04a1b2c3d4e5f6', '04A1B2C3D4E5F6'],
    ['04:A1:B2:C3', '04A1B2C3'],
    ['08A1B2C3', null],
    ['4A1B2C3', null],
    ['04A1B2C3D4', null],
  ])('B058 the card UID %s', async (text, uid) => {
    expect(await swiped(text, 'ISO14443')).toEqual(
      uid === null
        ? { outcome: 'malformed' }
        : { outcome: 'read', identity: { kind: 'uid', value: uid }, homeUtility: null },
    );
  });

  it.each([
    '',
    '8400019501100001237',
    '84000195011000012375',
    '８４０００１９５０１１０００００１２３７４',
    '84000195011000012374\n',
    '8.4000195011e19',
    '4000195011000012374',
  ])('B062 the CIN %j is malformed, and told without an echo', async (cin) => {
    const body = JSON.stringify({ connectorId: 1, cin, medium: 'rfid' });
    bench.fixture.duke.forget();
    await bench.http('/station/v1/swipes', { method: 'POST', body });
    expect(bench.fixture.duke.swipes[0]?.identity).toEqual({ outcome: 'malformed' });
  });

  it('B060, B064 one number after the other is slowed down, over both protocols', async () => {
    bench.fixture.duke.onSwipe = (request) => ({
      ...quoted(request),
      decision: 'refused',
      reason: 'credential_rejected',
      quote: null,
    });
    await bench.onSocket(async (raw) => {
      const idToken = { idToken: CIN, type: 'Central' };
      const authorize = JSON.stringify([2, 'm1', 'Authorize', { idToken }]);
      for (let turn = 0; turn < 60; turn += 1) {
        raw.send(authorize);
        await raw.next();
      }
      bench.fixture.duke.forget();
      raw.send(authorize);
      expect(await raw.next()).toMatchObject([3, 'm1', { idTokenInfo: { status: 'Invalid' } }]);
      expect(bench.fixture.duke.swipes).toEqual([]);
      expect(bench.fixture.duke.refusals).toEqual([{ code: 'too_many_requests', billing: false }]);
    });
    const body = JSON.stringify({ connectorId: 1, cin: CIN, medium: 'rfid' });
    expect((await bench.http('/station/v1/swipes', { method: 'POST', body })).status).toBe(429);
    bench.fixture.clock.offsetMs += 10_001;
    expect((await bench.http('/station/v1/swipes', { method: 'POST', body })).status).toBe(201);
  });
});
