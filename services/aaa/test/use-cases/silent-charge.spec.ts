import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { releaseSilentCharges } from '../../src/use-cases/release-silent-charges.js';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { SOME_TERMS } from '../documents.js';
import { StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let mandateId: string;

const HOUR_MINUTES = 60;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  // what an earlier case left unheard is another matter
  await aaa.database.query(`UPDATE sessions SET state = 'ended', silent_since = NULL
    WHERE state IN ('charging', 'idle')`);
  station = await StationUnderTest.register(aaa);
  aaa.neighbours.terms = SOME_TERMS;
  await driver();
});

/** who comes next holds a mandate of a day */
async function driver(changes: object = {}): Promise<void> {
  mandateId = systemIds.uuid();
  const notAfter = pair.clock.at(24 * HOUR_MINUTES);
  const mandate = { mandateId, pseudonym: `ps-${mandateId}`, notAfter, ...changes };
  await aaa.neighbours.hold({ mandate });
}

/** Metered from 1000 to 3000 Wh over HTTP; then nothing more is heard. */
async function begun(): Promise<string> {
  const sessionId = await station.consented();
  await station.http(sessionId, 'started', '1000');
  pair.clock.advanceMinutes(10);
  await station.http(sessionId, 'updated', '3000');
  await aaa.sent();
  return sessionId;
}

const hours = (count: number): void => pair.clock.advanceMinutes(count * HOUR_MINUTES);
const look = () => releaseSilentCharges(aaa.parts);
const flagsOf = async (sessionId: string) =>
  (await aaa.parts.store.readSession(sessionId))?.progress.flags;

async function silent(): Promise<string> {
  const sessionId = await begun();
  hours(73);
  expect(await look()).toBe(1);
  return sessionId;
}

describe('a charge of which nothing is heard', () => {
  it.each<[string, { silentChargeHours?: number }, mandate: object, afterHours: number, number]>([
    ['72 hours, and its mandate ran out', {}, {}, 73, 1],
    ['not that long', {}, {}, 71, 0],
    ['as long as the agreement says', { silentChargeHours: 30 }, {}, 31, 1],
    ['not as long as the agreement says', { silentChargeHours: 100 }, {}, 73, 0],
    ['that long, but its mandate still holds', {}, { notAfter: '2027-12-31T00:00:00Z' }, 73, 0],
  ])('for %s', async (_what, terms, mandate, afterHours, released) => {
    await driver(mandate);
    aaa.neighbours.terms = { ...SOME_TERMS, ...terms };
    const sessionId = await begun();
    hours(afterHours);
    expect(await look()).toBe(released);
    expect(await look()).toBe(0);
    expect(await aaa.isReserved(sessionId)).toBe(released === 0);
    expect(await aaa.stateOf(sessionId)).toBe('charging');
  });

  it('holds no credit, no connector and none of its driver’s sessions, and home is told', async () => {
    const sessionId = await silent();
    expect(await flagsOf(sessionId)).toEqual(['silent']);
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, mandateId, charged: false, mandateUsedUp: false } },
    ]);
    const { held } = aaa.neighbours;
    if (held === null) throw new Error('nothing is held');
    expect(await aaa.parts.store.standing(held.mandate)).toMatchObject({ openSessions: 0 });
    await driver();
    expect((await station.swipe()).reason).toBeNull();
  });

  it('gives a mandate for one session back with it', async () => {
    await driver({ singleSession: true, paymentMode: 'prepaid' });
    const sessionId = await silent();
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, mandateId, charged: false, mandateUsedUp: true } },
    ]);
  });

  it('is billed when its end comes after all', async () => {
    const sessionId = await silent();
    await aaa.sent();
    const at = pair.clock.at(-60 * HOUR_MINUTES);
    const reply = await station.http(sessionId, 'ended', '5000', { at, offline: true });
    expect(reply.bill).not.toBeNull();
    const sent = await aaa.sent();
    const [charge] = sent
      .filter(({ subject }) => subject === 'settlement.recordCharge')
      .map((one) => chargeOf(one));
    expect(charge).toMatchObject({ meter: { stopWh: '5000' }, flags: ['silent', 'offline'] });
    expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, charged: true } },
    ]);
  });

  it('that is heard of again is told to stop: nothing is held for it', async () => {
    const sessionId = await silent();
    expect(await station.http(sessionId, 'updated', '4000')).toMatchObject({
      stop: 'credit_exhausted',
      energyKwh: '3.000',
    });
  });

  it.each([
    ['over HTTP', true],
    ['over OCPP', false],
  ])('is billed up to the register at which the next charge begins %s', async (_how, isHttp) => {
    const sessionId = await silent();
    await driver();
    await aaa.sent();
    if (isHttp) await station.http(await station.consented(), 'started', '4000');
    else {
      await station.swipe({ connectorId: null });
      await station.ocpp201(`tx-${mandateId.slice(-8)}`, 'started', 0, '4000');
    }
    expect(await aaa.stateOf(sessionId)).toBe('ended');
    const [charge] = (await aaa.sent('settlement.recordCharge')).map((one) => chargeOf(one));
    expect(charge).toMatchObject({
      sessionId,
      meter: { startWh: '1000', stopWh: '4000' },
      flags: ['silent', 'stop_lost'],
    });
  });

  it('is not billed by a later start where another charge has moved the register since', async () => {
    const sessionId = await silent();
    await driver();
    const next = await station.consented();
    // its first register is missing: it proves nothing
    await station.http(next, 'started', null);
    pair.clock.advanceMinutes(30);
    await station.http(next, 'updated', '6000');
    await station.http(next, 'ended', '9000');
    await driver();
    await station.http(await station.consented(), 'started', '9000');
    expect(await aaa.stateOf(sessionId)).toBe('charging');
  });
});
