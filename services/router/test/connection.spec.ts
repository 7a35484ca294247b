import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { SimulatedStation201 } from '../../../tools/src/station/simulated-station-201.js';
import { StationSocket } from '../../../tools/src/station/station-socket.js';
import {
  addressOf,
  beWilling,
  CIN,
  startFixture,
  STATION,
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

describe('the connection', () => {
  it('handles frames in order, one at a time', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    let running = 0;
    let most = 0;
    fixture.duke.onEvent = async (event) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      running -= 1;
      return eventReply(event);
    };
    const ids = Array.from({ length: 8 }, (_, index) => `m${String(index)}`);
    for (const [index, id] of ids.entries()) {
      raw.send(
        JSON.stringify([
          2,
          id,
          'TransactionEvent',
          {
            eventType: 'Updated',
            timestamp: at(1),
            triggerReason: 'Trigger',
            seqNo: index,
            transactionInfo: { transactionId: 't' },
          },
        ]),
      );
    }
    const answered: unknown[] = [];
    for (let count = 0; count < ids.length; count += 1) answered.push((await raw.next())[1]);
    expect(answered).toEqual(ids);
    expect(most).toBe(1);
    expect(fixture.duke.events.map((event) => event.sequenceNumber)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    await raw.close();
  });

  it('says nothing when aaa could not commit, and answers the repetition', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    fixture.duke.onFrame = (frame) => {
      if (frame.wire.messageId === 'lost') throw new RoamgridError('database_unavailable', 'no');
    };
    raw.send('[2,"lost","Heartbeat",{}]');
    raw.send('[2,"again","Heartbeat",{}]');
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'again']);
    await raw.close();
  });

  it('an Authorize that fails is answered with an error, a billing event with nothing', async () => {
    fixture.duke.onSwipe = () => {
      throw new Error('a defect');
    };
    await expect(station.authorize(central)).rejects.toThrow('InternalError');
    expect(fixture.duke.refusals).toEqual([{ code: 'InternalError', billing: false }]);
    fixture.duke.onEvent = () => {
      throw new Error('a defect');
    };
    const start = { transactionId: 'tx-8', evseId: 1, token: central, meterWh: '0', at: at(0) };
    const started = station.start(start).then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    expect(await station.socket.call('Heartbeat', {})).toHaveProperty('currentTime');
    await station.close();
    expect(await started).toBe('Error: the connection closed with 1000');
  });

  it('ignores answers that nobody asked for', async () => {
    station.socket.sendText('[3,"x",{}]');
    station.socket.sendText('[4,"x","GenericError","",{}]');
    expect(await station.socket.call('Heartbeat', {})).toHaveProperty('currentTime');
  });

  it('a second socket is closed with 1008 while the first one lives', async () => {
    const second = await StationSocket.connect(address(), 'ocpp2.0.1');
    expect(await second.closed()).toBe(1008);
    expect(await station.socket.call('Heartbeat', {})).toHaveProperty('currentTime');
  });

  it('a first one that does not answer makes way', async () => {
    await station.close();
    const silent = await RawStation.connect(address(), 'ocpp2.0.1', { autoPong: false });
    const second = await SimulatedStation201.connect(address());
    expect(await second.socket.call('Heartbeat', {})).toHaveProperty('currentTime');
    expect(await silent.closed).toBe(1006);
    await second.close();
  });

  it('a message beyond 64 KiB is closed with 1009, a binary one with 1003', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    raw.send(`[2,"m","DataTransfer",{"vendorId":"${'x'.repeat(70_000)}"}]`);
    expect(await raw.closed).toBe(1009);
    const other = await RawStation.connect(address(), 'ocpp2.0.1');
    other.sendBinary(Buffer.from('[2,"m","Heartbeat",{}]'));
    expect(await other.closed).toBe(1003);
  });

  it('a flood is closed with 1013', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), 'ocpp2.0.1');
    for (let count = 0; count < 2_000; count += 1) {
      raw.send(`[2,"m${String(count)}","Heartbeat",{}]`);
    }
    expect(await raw.closed).toBe(1013);
  });

  it('no common subprotocol: the handshake ends without one', async () => {
    await station.close();
    const raw = await RawStation.connect(address(), null);
    expect(await raw.closed).toBe(1002);
    await expect(RawStation.connect(address(), 'ocpp9')).rejects.toThrow();
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 401],
    ['an unknown station', { stationId: 'NOBODY-001' }, 401],
    ['credentials in the URL', { query: '?password=x' }, 400],
  ])('%s is refused before the upgrade', async (_what, changes, status) => {
    expect(await RawStation.refusedWith({ ...address(), ...changes }, 'ocpp2.0.1')).toBe(status);
  });

  it('calls towards a station have their answer, or none', async () => {
    station.socket.onCall = (action) => ({ status: action });
    const { router } = fixture;
    const outcomes = await Promise.all([
      router.call(STATION, 'Reset', { type: 'Immediate' }),
      router.call(STATION, 'ClearCache', {}),
      router.call('NOBODY-001', 'Reset', {}),
    ]);
    expect(outcomes).toEqual([
      { kind: 'result', payload: { status: 'Reset' } },
      { kind: 'result', payload: { status: 'ClearCache' } },
      { kind: 'offline' },
    ]);
  });
});

describe('the end', () => {
  it('says farewell to every station and keeps that it went', async () => {
    const other = await startFixture();
    const url = `ws://127.0.0.1:${String(other.router.port)}`;
    const last = await SimulatedStation201.connect({ ...address(), url });
    await last.socket.call('Heartbeat', {});
    const closed = last.socket.closed();
    await other.stop();
    expect(await closed).toBe(1001);
    expect(other.duke.frames.at(-1)?.effect).toEqual({ kind: 'online', online: false });
  });
});
