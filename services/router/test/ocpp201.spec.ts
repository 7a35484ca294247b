import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { SimulatedStation201 } from '../../../tools/src/station/simulated-station-201.js';
import {
  addressOf,
  beWilling,
  BLOCKED_CIN,
  CIN,
  quoted,
  startFixture,
  type RouterFixture,
} from './router-fixture.js';
import { eventReply } from './stand-in-aaa.js';
import { RawStation } from './raw-station.js';

let fixture: RouterFixture;
let station: SimulatedStation201;

const at = (minute: number): string => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
const address = () => addressOf(fixture);
const central = { idToken: CIN, type: 'Central' } as const;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.stop();
});
beforeEach(async () => {
  beWilling(fixture);
  station = await SimulatedStation201.connect(address());
});
afterEach(async () => {
  await station.close();
});

describe('a charge over OCPP 2.0.1', () => {
  it('boots, shows the price, meters, tells the cost', async () => {
    expect(await station.boot()).toMatchObject({ status: 'Accepted' });
    const calls: string[] = [];
    const told = new Promise<void>((resolve) => {
      station.socket.onCall = (action, payload) => {
        calls.push(`${action} ${String(payload['totalCost'])}`);
        resolve();
        return {};
      };
    });
    expect(await station.authorize(central)).toEqual({
      status: 'Accepted',
      message: '0.28 USD/kWh + tax (Gold -10%). Estimate 20 kWh: 6.02 USD. Valid 5 min.',
    });
    const start = { transactionId: 'tx-1', evseId: 1, token: central, meterWh: '1000', at: at(0) };
    expect(await station.start(start)).toMatchObject({ status: 'Accepted', totalCost: null });
    fixture.duke.onEvent = (event) =>
      eventReply(event, { runningCost: { currency: 'USD', totalInclTax: '0.30' } });
    const metered = await station.meter({
      meterWh: '2000.5',
      at: at(1),
      powerW: '7200',
      stateOfChargePercent: '40',
      chargingState: 'SuspendedEV',
    });
    expect(metered.totalCost).toBe('0.30');
    await told;
    expect(calls).toEqual(['CostUpdated 0.30']);
    fixture.duke.onEvent = (event) =>
      eventReply(event, {
        message: 'Thank you.',
        bill: {
          currency: 'USD',
          lines: [],
          taxes: [],
          totalExclTax: '5.60',
          tax: '0.42',
          totalInclTax: '6.02',
          unbilledEnergyKwh: '0',
        },
      });
    const ended = await station.end({ meterWh: '21000', at: at(9) });
    expect(ended).toEqual({ totalCost: '6.02', status: 'Accepted', message: 'Thank you.' });

    const [started, updated, stopped] = fixture.duke.events;
    expect(started).toMatchObject({
      step: 'started',
      transactionId: 'tx-1',
      naturalKey: 'ocpp2.0.1:tx-1:0',
      sequenceNumber: 0,
      connectorId: 1,
      identity: { outcome: 'read', identity: { kind: 'cin', value: CIN } },
      readings: [{ at: at(0), meterWh: '1000' }],
      activity: 'charging',
      showsPrice: true,
    });
    expect(started?.newSessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(started?.wire.raw).toContain('"idToken":"8400019501••••••••74"');
    expect(updated).toMatchObject({
      step: 'updated',
      activity: 'idle',
      newSessionId: null,
      readings: [{ meterWh: '2000.5', powerW: '7200', stateOfChargePercent: '40' }],
    });
    expect(stopped).toMatchObject({ step: 'ended', sequenceNumber: 2, stopReason: 'Local' });
  });

  it.each([
    [undefined, undefined],
    [0, undefined],
    [-9, -9],
    [7, 7],
  ])('tells the charging priority %s', async (said, priority) => {
    const told = said === undefined ? {} : { chargingPriority: said };
    fixture.duke.onEvent = (event) => eventReply(event, told);
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    const transactionInfo = { transactionId: `tx-${String(said)}` };
    const started = { eventType: 'Started', triggerReason: 'Authorized', seqNo: 0 };
    const event = { ...started, timestamp: at(0), transactionInfo, idToken: central };
    raw.send(JSON.stringify([2, 'm1', 'TransactionEvent', event]));
    const [, , payload] = await raw.next();
    expect((payload as { chargingPriority?: number }).chargingPriority).toBe(priority);
    await raw.close();
  });

  it('asks the station to stop when the credit is used up', async () => {
    const asked = new Promise<unknown>((resolve) => {
      station.socket.onCall = (action, payload) => {
        resolve([action, payload]);
        return { status: 'Accepted' };
      };
    });
    const start = { transactionId: 'tx-2', evseId: 1, token: central, meterWh: '0', at: at(0) };
    await station.start(start);
    fixture.duke.onEvent = (event) => eventReply(event, { stop: 'credit_exhausted' });
    await station.meter({ meterWh: '9000', at: at(1) });
    expect(await asked).toEqual(['RequestStopTransaction', { transactionId: 'tx-2' }]);
  });

  it.each([
    ['consumer_blocked', 'Blocked'],
    ['cin_malformed', 'Invalid'],
    ['home_unknown', 'Unknown'],
    ['no_agreement', 'NotAtThisLocation'],
    ['credit_exhausted', 'NoCredit'],
    ['concurrent_session', 'ConcurrentTx'],
  ] as const)('%s → %s', async (reason, status) => {
    fixture.duke.onSwipe = (request) => ({
      ...quoted(request),
      decision: 'refused',
      reason,
      message: 'No.',
      quote: null,
    });
    const token = { idToken: BLOCKED_CIN, type: 'ISO14443' } as const;
    expect(await station.authorize(token)).toEqual({ status, message: 'No.' });
  });

  it.each([
    ['KeyCode', CIN, { medium: 'dial', assurance: 'knowledge' }, 'cin'],
    ['Central', '84000195 0110000 12374', { medium: 'rfid', assurance: 'claimed' }, 'cin'],
    ['eMAID', 'US-ALA-C00000012-4', { medium: 'plugAndCharge' }, null],
    ['ISO14443', '04a1b2c3d4e5f6', { medium: 'rfid' }, 'uid'],
    ['ISO14443', 'DEADBEEF', { medium: 'rfid' }, 'uid'],
    ['Central', 'USALAC00000012', { medium: 'rfid' }, 'contractId'],
    ['Central', '84000195011000012375', { medium: 'rfid' }, null],
  ] as const)('reads a %s token %s', async (type, idToken, expected, kind) => {
    await station.authorize({ idToken, type, ...(type === 'KeyCode' ? { pin: '1234' } : {}) });
    const [request] = fixture.duke.swipes;
    expect(request).toMatchObject({ ...expected, connectorId: null });
    if (kind === null) expect(request?.identity).toEqual({ outcome: 'malformed' });
    else expect(request?.identity).toMatchObject({ outcome: 'read', identity: { kind } });
    expect(request?.wire.raw).not.toContain(idToken);
    expect(request?.wire.raw).not.toContain('1234"');
  });
});

describe('what the schema refuses', () => {
  const event = {
    eventType: 'Started',
    timestamp: at(0),
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 't' },
  };
  const call = (action: string, payload: unknown): string =>
    JSON.stringify([2, 'm1', action, payload]);
  const table: readonly [string, string, string, string, boolean][] = [
    ['not JSON', '{"', '-1', 'RpcFrameworkError', false],
    ['an object', '{}', '-1', 'RpcFrameworkError', false],
    ['an empty array', '[]', '-1', 'RpcFrameworkError', false],
    ['brackets', '['.repeat(10_000), '-1', 'RpcFrameworkError', false],
    ['a broken billing frame', '[2,"m1","TransactionEvent",{', '-1', 'RpcFrameworkError', true],
    ['a numeric id', '[2,7,"Heartbeat",{}]', '-1', 'RpcFrameworkError', false],
    ['an empty id', '[2,"","Heartbeat",{}]', '-1', 'RpcFrameworkError', false],
    ['a long id', `[2,"${'x'.repeat(37)}","Heartbeat",{}]`, '-1', 'RpcFrameworkError', false],
    ['type 9', '[9,"m1","Heartbeat",{}]', 'm1', 'MessageTypeNotSupported', false],
    ['an unknown action', call('StartTransactoin', {}), 'm1', 'NotImplemented', false],
    ['__proto__', call('__proto__', {}), 'm1', 'NotImplemented', false],
    ['constructor', call('constructor', {}), 'm1', 'NotImplemented', false],
    [
      'an action of the other side',
      call('Reset', { type: 'Immediate' }),
      'm1',
      'NotSupported',
      false,
    ],
    ['payload null', call('Heartbeat', null), 'm1', 'FormatViolation', false],
    ['payload array', call('TransactionEvent', []), 'm1', 'FormatViolation', true],
    ['no payload', '[2,"m1","Heartbeat"]', 'm1', 'FormatViolation', false],
    [
      'a missing member',
      call('TransactionEvent', { ...event, seqNo: undefined }),
      'm1',
      'OccurrenceConstraintViolation',
      true,
    ],
    [
      'a mistyped member',
      call('TransactionEvent', { ...event, seqNo: 'one' }),
      'm1',
      'TypeConstraintViolation',
      true,
    ],
    [
      'half a number',
      call('TransactionEvent', { ...event, seqNo: 1.5 }),
      'm1',
      'TypeConstraintViolation',
      true,
    ],
    [
      'a wrong enum',
      call('TransactionEvent', { ...event, eventType: 'Paused' }),
      'm1',
      'PropertyConstraintViolation',
      true,
    ],
    [
      'a long text',
      call('TransactionEvent', { ...event, transactionInfo: { transactionId: 'x'.repeat(37) } }),
      'm1',
      'PropertyConstraintViolation',
      true,
    ],
    [
      'an extra member',
      call('TransactionEvent', { ...event, isAdmin: true }),
      'm1',
      'FormatViolation',
      true,
    ],
    [
      'no date',
      call('TransactionEvent', { ...event, timestamp: 'yesterday' }),
      'm1',
      'FormatViolation',
      true,
    ],
    [
      'a date that is none',
      call('TransactionEvent', { ...event, timestamp: '2026-02-30T10:00:00Z' }),
      'm1',
      'FormatViolation',
      true,
    ],
    [
      'a member twice',
      '[2,"m1","Authorize",{"idToken":{"idToken":"1","idToken":"1","type":"Central"}}]',
      'm1',
      'FormatViolation',
      false,
    ],
    [
      'half a character',
      '[2,"m1","DataTransfer",{"vendorId":"\\ud800"}]',
      'm1',
      'FormatViolation',
      false,
    ],
    [
      'NUL',
      '[2,"m1","DataTransfer",{"vendorId":"a\\u0000"}]',
      'm1',
      'PropertyConstraintViolation',
      false,
    ],
  ];

  it.each(table)('%s', async (_what, text, id, code, billing) => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    fixture.duke.forget();
    raw.send(text);
    const answer = await raw.next();
    expect(answer.slice(0, 3)).toEqual([4, id, code]);
    expect(fixture.duke.refusals).toEqual([{ code, billing }]);
    expect(fixture.duke.events).toHaveLength(0);
    raw.send('[2,"after","Heartbeat",{}]');
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'after']);
    await raw.close();
  });
});

describe('what the schema allows is answered normally', () => {
  const event = (members: string): string =>
    `[2,"m1","TransactionEvent",{"eventType":"Updated","timestamp":"${at(1)}","triggerReason":"Trigger","transactionInfo":{"transactionId":"t"},${members}}]`;
  const sample = (value: string, unit = ''): string =>
    `"seqNo":1,"meterValue":[{"timestamp":"${at(1)}","sampledValue":[{"value":${value}${unit}}]}]`;

  it.each([
    ['9007199254740993', '', '9007199254740993'],
    ['-1', '', '-1'],
    ['-0', '', '0'],
    ['1e3', '', '1000'],
    ['1.25', ',"unitOfMeasure":{"unit":"kWh"}', '1250'],
    ['12', ',"unitOfMeasure":{"unit":"Wh","multiplier":2}', '1200'],
  ])('a register of %s%s is %s Wh, exactly', async (value, unit, meterWh) => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    raw.send(event(sample(value, unit)));
    expect(await raw.next()).toEqual([3, 'm1', {}]);
    expect(fixture.duke.events[0]?.readings).toMatchObject([{ meterWh }]);
    expect(fixture.duke.refusals).toEqual([]);
    await raw.close();
  });

  it.each(['1e-400', '9'.repeat(40)])(
    'a register of %s is not guessed: the frame opens suspense',
    async (value) => {
      await station.close();
      const raw = await RawStation.connect(address(), 'ocpp2.0.1');
      raw.send(event(sample(value)));
      expect(await raw.next()).toEqual([3, 'm1', {}]);
      expect(fixture.duke.events[0]?.readings).toEqual([]);
      expect(fixture.duke.refusals).toEqual([{ code: 'reading_unreadable', billing: true }]);
      await raw.close();
    },
  );

  it('an event that aaa will never take opens suspense', async () => {
    fixture.duke.onEvent = () => {
      throw new RoamgridError('state_conflict', 'the session is quoted');
    };
    const start = { transactionId: 'tx-9', evseId: 9, token: central, meterWh: '0', at: at(0) };
    expect(await station.start(start)).toMatchObject({ status: 'Invalid' });
    expect(await station.meter({ meterWh: '1', at: at(1) })).toMatchObject({ totalCost: null });
    expect(fixture.duke.refusals).toEqual([
      { code: 'state_conflict', billing: true },
      { code: 'state_conflict', billing: true },
    ]);
  });

  it('a clock of another century', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    raw.send(event('"seqNo":-1').replace(at(1), '0001-01-01T00:00:00Z'));
    expect(await raw.next()).toEqual([3, 'm1', {}]);
    expect(fixture.duke.events[0]).toMatchObject({
      at: '1970-01-01T00:00:00Z',
      sequenceNumber: -1,
    });
    await raw.close();
  });

  it('the same event twice has one key and one hash', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    raw.send(event(sample('5')));
    raw.send(event(sample('5')).replace('m1', 'm2'));
    await raw.next();
    await raw.next();
    const [first, second] = fixture.duke.events;
    expect(second?.naturalKey).toBe(first?.naturalKey);
    expect(second?.payloadHash).toBe(first?.payloadHash);
    await raw.close();
  });
});
