import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { systemIds } from '@roamgrid/platform';
import {
  chargeOf,
  LOCATION,
  PLUG,
  startPair,
  type AaaUnderTest,
  type Pair,
} from '../aaa-under-test.js';
import { codeOf, StationUnderTest } from '../station-under-test.js';

/** of no item */
const STRANGE_ID = '01900000-0000-7000-8000-00000000dead';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
  aaa.neighbours.calls.length = 0;
  aaa.neighbours.correctionFailure = null;
});

interface SetAside {
  readonly sessionId: string;
  readonly suspenseId: string;
  readonly startAt: string;
  readonly endAt: string;
}

async function itemOf(code: string): Promise<string> {
  const [row] = await aaa.database.query<{ id: string }>(
    `SELECT suspense_id::text AS id FROM suspense
      WHERE station_id = $1 AND code = $2 AND state = 'open'`,
    [station.stationId, code],
  );
  if (row === undefined) throw new Error(`no open ${code}`);
  return row.id;
}

/** Metered from 1000 to 3000 Wh in ten minutes; then the meter is said to have gone back. */
async function setAside(): Promise<SetAside> {
  const sessionId = await station.consented();
  const startAt = pair.clock.at(0);
  await station.http(sessionId, 'started', '1000');
  pair.clock.advanceMinutes(10);
  await station.http(sessionId, 'updated', '3000');
  pair.clock.advanceMinutes(10);
  await station.http(sessionId, 'ended', '2000');
  const suspenseId = await itemOf('register_falls');
  return { sessionId, suspenseId, startAt, endAt: pair.clock.at(0) };
}

const resolve = (
  suspenseId: string,
  resolution: 'bill' | 'credit',
  correction: { startAt: string; endAt: string; startWh: string; stopWh: string } | null,
) =>
  aaa.useCases.resolveSuspense({
    suspenseId,
    resolution,
    note: 'read off the meter',
    by: 'duke-energy/billing',
    correction,
  });

describe('suspense that ends as a bill', () => {
  it('is charged by corrected registers at the price that was consented to', async () => {
    const { sessionId, suspenseId, startAt, endAt } = await setAside();
    await aaa.sent();
    const correction = { startAt, endAt, startWh: '1000', stopWh: '5000' };
    expect(await resolve(suspenseId, 'bill', correction)).toEqual({ suspenseId, state: 'billed' });
    expect(await aaa.stateOf(sessionId)).toBe('ended');
    const sent = await aaa.sent();
    const handed = sent.find(({ subject }) => subject === 'settlement.recordCharge');
    if (handed === undefined) throw new Error('nothing was handed over');
    const charge = chargeOf(handed);
    const before = await aaa.parts.store.readSession(sessionId);
    expect(charge).toMatchObject({
      sessionId,
      startAt,
      endAt,
      meter: { startWh: '1000', stopWh: '5000' },
      flags: ['corrected'],
      location: LOCATION,
      plug: PLUG,
      quote: { documentHash: before?.terms?.quote.documentHash },
    });
    // the reading in between fits both registers and still says when the energy flowed
    expect(charge.periods.map(({ energyWh }) => energyWh)).toEqual(['2000', '2000']);
    const [row] = await aaa.database.query<{
      state: string;
      evidence: { setAside: { meterWh: string }[] };
      resolution: { by: string; correction: unknown; signed: never };
    }>('SELECT state, evidence, resolution FROM suspense WHERE suspense_id::text = $1', [
      suspenseId,
    ]);
    expect(row).toMatchObject({
      state: 'billed',
      evidence: { setAside: [{ meterWh: '1000' }, { meterWh: '3000' }] },
      resolution: { by: 'duke-energy/billing', correction },
    });
    if (row === undefined) throw new Error('no resolution');
    await aaa.parts.verifier.verify(row.resolution.signed, 'duke-energy', 'aaa');
    expect(await codeOf(resolve(suspenseId, 'bill', correction))).toBe('state_conflict');
    expect(await codeOf(resolve(STRANGE_ID, 'bill', correction))).toBe('not_found');
  });

  it.each([
    ['no correction', null],
    ['a stop register below the start', { startWh: '1000', stopWh: '999' }],
    ['a negative register', { startWh: '-1', stopWh: '5000' }],
    ['more energy than the connector gives', { startWh: '1000', stopWh: '30000' }],
    ['an end before its start', { startWh: '1000', stopWh: '2000', swapped: true }],
  ])('is refused with %s, and stays open', async (_name, wish) => {
    const { sessionId, suspenseId, startAt, endAt } = await setAside();
    const { startWh, stopWh } = wish ?? { startWh: '', stopWh: '' };
    const times =
      wish !== null && 'swapped' in wish ? { startAt: endAt, endAt: startAt } : { startAt, endAt };
    const correction = wish === null ? null : { ...times, startWh, stopWh };
    expect(await codeOf(resolve(suspenseId, 'bill', correction))).toBe('unprocessable');
    expect(await aaa.stateOf(sessionId)).toBe('suspense');
  });

  it('never is one where nobody consented to a price', async () => {
    await station.record({
      step: 'ended',
      naturalKey: 'ocpp1.6:stop:77',
      payloadHash: 'a'.repeat(64),
      transactionId: '77',
    });
    const [item] = await aaa.database.query<{ id: string }>(
      `SELECT suspense_id::text AS id FROM suspense WHERE station_id = $1`,
      [station.stationId],
    );
    const at = { startAt: pair.clock.at(-10), endAt: pair.clock.at(0) };
    const correction = { ...at, startWh: '1000', stopWh: '2000' };
    expect(await codeOf(resolve(item?.id ?? '', 'bill', correction))).toBe('price_unknown');
  });
});

describe('suspense that ends as a credit', () => {
  /** A second stop with another register arrives after the charge was handed over. */
  async function contradicted(): Promise<{ sessionId: string; suspenseId: string }> {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', '1000');
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'ended', '3000');
    await station.http(sessionId, 'ended', '2500');
    const [item] = await aaa.database.query<{ id: string }>(
      `SELECT suspense_id::text AS id FROM suspense WHERE session_id = $1 AND state = 'open'`,
      [sessionId],
    );
    return { sessionId, suspenseId: item?.id ?? '' };
  }

  it('has settlement take the charge back', async () => {
    const { sessionId, suspenseId } = await contradicted();
    expect(await resolve(suspenseId, 'credit', null)).toEqual({ suspenseId, state: 'credited' });
    expect(aaa.neighbours.calls).toContain(`correctCharge ${sessionId}`);
  });

  it('stays open where settlement refuses', async () => {
    const { suspenseId } = await contradicted();
    aaa.neighbours.correctionFailure = new RoamgridError('state_conflict', 'it is invoiced');
    expect(await codeOf(resolve(suspenseId, 'credit', null))).toBe('state_conflict');
    aaa.neighbours.correctionFailure = null;
    expect(await resolve(suspenseId, 'credit', null)).toMatchObject({ state: 'credited' });
  });

  it('is refused for what was never charged, as a bill is for what was', async () => {
    const held = await setAside();
    expect(await codeOf(resolve(held.suspenseId, 'credit', null))).toBe('state_conflict');
    const charged = await contradicted();
    const at = { startAt: pair.clock.at(-10), endAt: pair.clock.at(0) };
    const correction = { ...at, startWh: '1000', stopWh: '2500' };
    expect(await codeOf(resolve(charged.suspenseId, 'bill', correction))).toBe('state_conflict');
  });
});
