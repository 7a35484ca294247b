import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { callStation, Operation, readStationCall, ReplyOf } from '@roamgrid/contracts';
import { systemIds } from '@roamgrid/platform';
import { PostgresOperations } from '../../src/adapters/postgres-operations.js';
import { PostgresReservations } from '../../src/adapters/postgres-reservations.js';
import {
  commandStationWith,
  readOperationWith,
  type CommandParts,
} from '../../src/use-cases/command-station.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { CIN, codeOf, identityOf, StationUnderTest } from '../station-under-test.js';

const OTHER = '84000195011000045645';
const THIRD = '84005416011000055516';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let parts: CommandParts;
let called: string[];
let answer: ReplyOf<typeof callStation>;
let read: ReplyOf<typeof readStationCall>;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  called = [];
  answer = { outcome: 'answered', answer: '{"status":"Accepted"}' };
  parts = {
    ...aaa.parts,
    operations: new PostgresOperations(aaa.database),
    reservations: new PostgresReservations(aaa.database),
    stationCaller: {
      read: () => Promise.resolve(read),
      call: ({ action, payload }) => {
        called.push(`${action} ${payload}`);
        return Promise.resolve(answer);
      },
    },
    background: new Set(),
  };
});

const nothing = {
  protocol: 'ocpp1.6' as const,
  fault: null,
  shown: '{}',
  start: null,
  transactionId: null,
  reservation: null,
  cancels: null,
};

/** a driver of a tier: what the visiting profiles hold of whoever comes next */
async function driverOf(tier: 'none' | 'Gold' | 'Platinum'): Promise<void> {
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}`, tier } });
}

async function run(action: string): Promise<Operation> {
  const request = { stationId: station.stationId, action, payload: '{}', by: 'duke' };
  const { operationId } = await commandStationWith(parts)(request);
  await Promise.all(parts.background);
  return readOperationWith(parts)({ operationId });
}

function reserve(reservationId: number, cin: string, minutes = 30): Promise<Operation> {
  const until = pair.clock.at(minutes);
  const identity = identityOf(cin);
  read = { ...nothing, reservation: { reservationId, identity, connectorId: 1, until } };
  return run('ReserveNow');
}

const reasonFor = async (cin: string) =>
  (await station.swipe({ identity: identityOf(cin) })).reason;

describe('a reserved connector', () => {
  it('is occupied for everybody but its driver, until it runs out', async () => {
    await driverOf('none');
    expect(await reserve(1, CIN)).toMatchObject({ state: 'answered' });
    expect(await reasonFor(OTHER)).toBe('connector_occupied');
    expect(await reasonFor(CIN)).toBeNull();
    expect(
      (await station.swipe({ connectorId: 2, identity: identityOf(OTHER) })).reason,
    ).toBeNull();
    pair.clock.advanceMinutes(31);
    expect(await reasonFor(OTHER)).toBeNull();
  });

  it('is kept only where the station agreed', async () => {
    await driverOf('none');
    answer = { outcome: 'answered', answer: '{"status":"Occupied"}' };
    await reserve(1, CIN);
    expect(await reasonFor(OTHER)).toBeNull();
  });

  it('is free again when it is cancelled, and when its driver has begun', async () => {
    await driverOf('none');
    await reserve(1, CIN);
    read = { ...nothing, cancels: 1 };
    await run('CancelReservation');
    expect(await reasonFor(OTHER)).toBeNull();
    await reserve(2, CIN);
    const sessionId = await station.consented({ identity: identityOf(CIN) });
    await station.http(sessionId, 'started', '1000');
    pair.clock.advanceMinutes(5);
    await station.http(sessionId, 'ended', '1100');
    await driverOf('none');
    expect(await reasonFor(OTHER)).toBeNull();
  });

  it('goes to a loyalty tier before others, and not to one of the same', async () => {
    await driverOf('Gold');
    await reserve(1, CIN);
    expect(await reserve(2, OTHER)).toMatchObject({
      state: 'refused',
      reason: 'connector_occupied',
    });
    expect(called).toHaveLength(1);
    await driverOf('Platinum');
    expect(await reserve(3, THIRD)).toMatchObject({ state: 'answered' });
    expect(called.slice(1)).toEqual(['CancelReservation {"reservationId":1}', 'ReserveNow {}']);
    expect(await reasonFor(CIN)).toBe('connector_occupied');
    expect(await reasonFor(THIRD)).toBeNull();
  });
});

describe('a call towards a station', () => {
  it.each([
    ['an answer', answeredWith('{"status":"Rejected"}'), { state: 'answered' }],
    [
      'an error',
      { outcome: 'error' as const, code: 'NotSupported', description: 'no' },
      { state: 'error', error: { code: 'NotSupported', description: 'no' } },
    ],
    ['nothing in time', { outcome: 'timeout' as const }, { state: 'timeout' }],
    ['nobody there', { outcome: 'offline' as const }, { state: 'offline' }],
  ])('ends with %s', async (_how, outcome, expected) => {
    answer = outcome;
    read = nothing;
    expect(await run('Reset')).toMatchObject(expected);
  });

  it.each([
    ['unknownAction', 'unprocessable'],
    ['otherVersion', 'unprocessable'],
    ['payload', 'malformed_request'],
  ] as const)('that has the fault %s is refused with %s', async (kind, code) => {
    read = { ...nothing, fault: { kind, path: 'action', message: 'no' } };
    expect(await codeOf(run('Reset'))).toBe(code);
    expect(called).toEqual([]);
  });
});

function answeredWith(text: string): ReplyOf<typeof callStation> {
  return { outcome: 'answered', answer: text };
}
