import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SimulatedStation16 } from '../../../tools/src/station/simulated-station-16.js';
import { RawStation } from './raw-station.js';
import { addressOf, beWilling, CIN, startFixture, type RouterFixture } from './router-fixture.js';
import { eventReply } from './stand-in-aaa.js';

let fixture: RouterFixture;
let station: SimulatedStation16;

const at = (minute: number): string => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
const address = () => addressOf(fixture);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.stop();
});
beforeEach(async () => {
  beWilling(fixture);
  station = await SimulatedStation16.connect(address());
});
afterEach(async () => {
  await station.close();
});

const bill = {
  currency: 'USD' as const,
  lines: [],
  taxes: [],
  totalExclTax: '5.60',
  tax: '0.42',
  totalInclTax: '6.02',
  unbilledEnergyKwh: '0',
};

describe('a charge over OCPP 1.6', () => {
  it('gets its number from aaa, and its steps their natural keys', async () => {
    station.socket.onCall = () => ({ status: 'UnknownVendorId' });
    expect(await station.boot()).toMatchObject({ status: 'Accepted' });
    expect(await station.authorize(CIN)).toBe('Accepted');
    const start = { connectorId: 1, idTag: CIN, meterWh: '1000', at: at(0) };
    expect(await station.start(start)).toEqual({ transactionId: '4711', status: 'Accepted' });
    await station.start(start);
    expect(await station.meter(1, '4711', '2000.5', at(1))).toEqual({});
    expect(await station.stop('4711', '21000', at(9))).toEqual({});

    const [first, again, metered, stopped] = fixture.duke.events;
    expect(first).toMatchObject({
      step: 'started',
      transactionId: null,
      connectorId: 1,
      showsPrice: false,
      readings: [{ at: at(0), meterWh: '1000' }],
    });
    expect(first?.naturalKey).toMatch(/^ocpp1\.6:start:1:[0-9a-f]{64}:2026-01-01T10:00:00Z:1000$/);
    expect(again?.naturalKey).toBe(first?.naturalKey);
    expect(again?.payloadHash).toBe(first?.payloadHash);
    expect(metered).toMatchObject({ step: 'updated', readings: [{ meterWh: '2000.5' }] });
    expect(stopped).toMatchObject({
      step: 'ended',
      naturalKey: 'ocpp1.6:stop:4711',
      stopReason: 'Local',
      readings: [{ at: at(9), meterWh: '21000' }],
    });
    for (const event of fixture.duke.events) expect(event.wire.raw).not.toContain(CIN);
  });

  it('tells prices only to a station that answered that it knows them', async () => {
    const told: string[] = [];
    let heard: (text: string) => void = () => undefined;
    const next = (): Promise<string> =>
      new Promise((resolve) => {
        heard = resolve;
      });
    station.socket.onCall = (action, payload) => {
      const { vendorId, messageId, data } = payload as Record<string, string | undefined>;
      const text = [action, vendorId, messageId ?? '?', data ?? ''].join(' ');
      told.push(text);
      heard(text);
      return { status: messageId === undefined ? 'UnknownMessageId' : 'Accepted' };
    };
    let hears = next();
    await station.boot();
    expect(await hears).toBe('DataTransfer org.openchargealliance.costmsg ? ');
    hears = next();
    await station.authorize(CIN);
    expect(await hears).toContain(
      'SetUserPrice {"idToken":"84000195011000012374","priceText":"0.28',
    );
    await station.socket.call('Heartbeat', {});
    await station.start({ connectorId: 1, idTag: CIN, meterWh: '1000', at: at(0) });
    expect(fixture.duke.events[0]?.showsPrice).toBe(true);
    fixture.duke.onEvent = (event) =>
      eventReply(event, { runningCost: { currency: 'USD', totalInclTax: '0.30' } });
    hears = next();
    await station.meter(1, '4711', '2000', at(1));
    expect(await hears).toContain('RunningCost {"transactionId":4711');
    fixture.duke.onEvent = (event) => eventReply(event, { bill, message: 'Thank you.' });
    hears = next();
    await station.stop('4711', '21000', at(9));
    expect(await hears).toContain('"cost":6.02,"priceText":"Thank you."');
    expect(told).toHaveLength(4);
    await station.socket.call('Heartbeat', {});
    const out = fixture.duke.frames.filter((frame) => frame.direction === 'out');
    expect(out.some((frame) => frame.wire.raw.includes('SetUserPrice'))).toBe(true);
    for (const frame of out) expect(frame.wire.raw).not.toContain(CIN);
  });

  it('asks the station to stop when the credit is used up', async () => {
    const asked = new Promise<string>((resolve) => {
      station.socket.onCall = (action, payload) => {
        resolve(`${action} ${String(payload['transactionId'])}`);
        return { status: 'Accepted' };
      };
    });
    fixture.duke.onEvent = (event) => eventReply(event, { stop: 'credit_exhausted' });
    await station.meter(1, '4711', '2000', at(1));
    expect(await asked).toBe('RemoteStopTransaction 4711');
  });

  it.each(['-1', '0', '99999'])('a stop of transaction %s is answered normally', async (id) => {
    fixture.duke.onEvent = (event) => eventReply(event, { quarantined: 'transaction_unknown' });
    expect(await station.stop(id, '1', at(1))).toEqual({});
    expect(fixture.duke.events[0]?.transactionId).toBe(id);
  });

  it('meter values of no transaction are kept, and no step of a charge', async () => {
    const meterValue = [{ timestamp: at(1), sampledValue: [{ value: '1' }] }];
    expect(await station.socket.call('MeterValues', { connectorId: 0, meterValue })).toEqual({});
    expect(fixture.duke.events).toHaveLength(0);
  });
});

describe('sampled values are text', () => {
  it.each(['NaN', 'Infinity', '1e400', '1e-400', '0x10', ' ', '12abc', '1,5', '١٢'])(
    '%s is answered normally and opens suspense',
    async (value) => {
      expect(await station.meter(1, '4711', value, at(1))).toEqual({});
      expect(fixture.duke.events[0]?.readings).toEqual([]);
      expect(fixture.duke.refusals).toEqual([{ code: 'reading_unreadable', billing: true }]);
    },
  );

  it('a signed value is passed on as it is', async () => {
    const sampledValue = [
      { value: 'OCMF|{}|{}', format: 'SignedData' },
      { value: '2.5', unit: 'kWh' },
    ];
    const meterValue = [{ timestamp: at(1), sampledValue }];
    await station.socket.call('MeterValues', { connectorId: 1, transactionId: 7, meterValue });
    expect(fixture.duke.events[0]).toMatchObject({
      transactionId: '7',
      readings: [{ meterWh: '2500' }],
      signedData: { format: 'SignedData', value: 'OCMF|{}|{}' },
    });
  });
});

describe('what the schema refuses, in the spelling of 1.6', () => {
  const start = { connectorId: 1, idTag: '12345678', meterStart: 0, timestamp: at(0) };
  const call = (action: string, payload: object): string =>
    JSON.stringify([2, 'm1', action, payload]);
  const table: readonly [string, string, string, string, boolean][] = [
    ['not JSON', '{"', '-1', 'FormationViolation', false],
    ['an unknown action', call('TransactionEvent', {}), 'm1', 'NotImplemented', true],
    [
      'a missing member',
      call('StartTransaction', { ...start, idTag: undefined }),
      'm1',
      'OccurenceConstraintViolation',
      true,
    ],
    [
      'a mistyped member',
      call('StartTransaction', { ...start, meterStart: '0' }),
      'm1',
      'TypeConstraintViolation',
      true,
    ],
    [
      'a long tag',
      call('StartTransaction', { ...start, idTag: '9'.repeat(21) }),
      'm1',
      'PropertyConstraintViolation',
      true,
    ],
    [
      'an extra member',
      call('StartTransaction', { ...start, pin: '1234' }),
      'm1',
      'FormationViolation',
      true,
    ],
    [
      'no date',
      call('StopTransaction', { transactionId: 1, meterStop: 1, timestamp: '1.1.2026' }),
      'm1',
      'FormationViolation',
      true,
    ],
    ['a payload that is none', '[2,"m1","Heartbeat",3]', 'm1', 'FormationViolation', false],
  ];

  it.each(table)('%s', async (_what, text, id, code, billing) => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp1.6');
    fixture.duke.forget();
    raw.send(text);
    expect((await raw.next()).slice(0, 3)).toEqual([4, id, code]);
    expect(fixture.duke.refusals).toEqual([{ code, billing }]);
    for (const frame of fixture.duke.frames) expect(frame.wire.raw).not.toContain('1234"');
    await raw.close();
  });

  it('an unknown message type is ignored, and kept', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp1.6');
    fixture.duke.forget();
    raw.send('[9,"m1","Heartbeat",{}]');
    raw.send('[2,"m2","Heartbeat",{}]');
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'm2']);
    expect(fixture.duke.frames[0]?.wire.raw).toBe('[9,"m1","Heartbeat",{}]');
    expect(fixture.duke.refusals).toEqual([]);
    await raw.close();
  });
});
