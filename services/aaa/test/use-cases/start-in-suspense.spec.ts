import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { releaseSilentCharges } from '../../src/use-cases/release-silent-charges.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { SOME_TERMS } from '../documents.js';
import { StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let tx: string;

const HOURS_73 = 73 * 60;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  // what an earlier case left without an end is another matter
  await aaa.database.query(`UPDATE sessions SET silent_since = now() WHERE state = 'suspense'`);
  aaa.neighbours.terms = SOME_TERMS;
  aaa.neighbours.mandateReply = null;
  station = await StationUnderTest.register(aaa);
  tx = systemIds.uuid();
  await driver();
});

async function driver(): Promise<void> {
  const mandateId = systemIds.uuid();
  const mandate = { mandateId, pseudonym: `ps-${mandateId}`, maxConcurrentSessions: 1 };
  const wish = { mandate: { ...mandate, notAfter: pair.clock.at(24 * 60) } };
  aaa.neighbours.wish = wish;
  await aaa.neighbours.hold(wish);
}

/** A start that goes to suspense, and nothing after it; its session. */
async function nonsense(how: { sequence: number; connectorId: number }): Promise<string> {
  await station.swipe({ connectorId: null });
  const { connectorId, sequence } = how;
  const begun = await station.ocpp201(tx, 'started', sequence, '1000', { connectorId });
  if (begun.sessionId === null) throw new Error('the start has no session');
  expect(await aaa.stateOf(begun.sessionId)).toBe('suspense');
  return begun.sessionId;
}

const NO_SEQUENCE = { sequence: -1, connectorId: 1 };
const NO_CONNECTOR = { sequence: 0, connectorId: 7 };

describe('a start that went to suspense and has no end', () => {
  it.each([
    ['a sequence number that cannot be', NO_SEQUENCE],
    ['a connector that is not there', NO_CONNECTOR],
  ])('for %s counts as a charge of its driver', async (_what, how) => {
    await nonsense(how);
    const again = await station.swipe({ connectorId: 2 });
    expect(again).toMatchObject({ decision: 'refused', reason: 'concurrent_session' });
    const begun = await station.ocpp201(`${tx}-2`, 'started', 0, '1000', { connectorId: 2 });
    expect(begun.refusal).toBe('concurrent_session');
  });

  it('is the reason also where home has no more to give', async () => {
    await nonsense(NO_SEQUENCE);
    aaa.neighbours.mandateReply = { decision: 'refused', reason: 'credit_exhausted' };
    expect((await station.swipe({ connectorId: 2 })).reason).toBe('concurrent_session');
  });

  it('holds nothing once its end is told', async () => {
    const sessionId = await nonsense(NO_SEQUENCE);
    pair.clock.advanceMinutes(10);
    await station.ocpp201(tx, 'ended', 1, '1500');
    expect(await aaa.isReserved(sessionId)).toBe(false);
    expect((await station.swipe({ connectorId: 2 })).reason).toBeNull();
  });

  it('holds nothing after the hours that bound a lost end, and home is told once', async () => {
    const sessionId = await nonsense(NO_CONNECTOR);
    expect(await releaseSilentCharges(aaa.parts)).toBe(0);
    expect(await aaa.isReserved(sessionId)).toBe(true);
    pair.clock.advanceMinutes(HOURS_73);
    await aaa.sent();
    expect(await releaseSilentCharges(aaa.parts)).toBe(1);
    expect(await releaseSilentCharges(aaa.parts)).toBe(0);
    expect(await aaa.isReserved(sessionId)).toBe(false);
    expect(await aaa.stateOf(sessionId)).toBe('suspense');
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, charged: false } },
    ]);
    await driver();
    expect((await station.swipe({ connectorId: 2 })).reason).toBeNull();
  });
});
