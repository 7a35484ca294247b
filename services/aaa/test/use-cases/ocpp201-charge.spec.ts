import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { CIN, identityOf, StationUnderTest } from '../station-under-test.js';
import { StandInNeighbours } from '../stand-in-neighbours.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let tx: string;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

const nobodyElse = () => {
  const id = systemIds.uuid();
  return { mandateId: id, pseudonym: `ps-${id}` };
};

beforeEach(async () => {
  Object.assign(aaa.neighbours, new StandInNeighbours(pair.signers));
  aaa.neighbours.calls.length = 0;
  station = await StationUnderTest.register(aaa);
  await aaa.neighbours.hold({ mandate: nobodyElse() });
  tx = `tx-${systemIds.uuid().slice(-8)}`;
});

const quoteOf = () => station.swipe({ connectorId: null });

async function handedOver() {
  const [handed] = await aaa.sent('settlement.recordCharge');
  return handed === undefined ? null : chargeOf(handed);
}

describe('a charge over OCPP 2.0.1', () => {
  it('starts on the newest quote of its driver, and is billed to the cent', async () => {
    await quoteOf();
    const { sessionId } = await quoteOf();
    const started = await station.ocpp201(tx, 'started', 0, '1000', { connectorId: 2 });
    expect(started).toMatchObject({ sessionId, state: 'charging', refusal: null });
    pair.clock.advanceMinutes(30);
    const metered = await station.ocpp201(tx, 'updated', 1, '11000');
    expect(metered).toMatchObject({ energyKwh: '10.000', runningCost: { totalInclTax: '4.20' } });
    pair.clock.advanceMinutes(30);
    await aaa.sent();
    const ended = await station.ocpp201(tx, 'ended', 2, '21450');
    expect(ended).toMatchObject({ state: 'ended', bill: { totalInclTax: '8.59' } });
    const charge = await handedOver();
    expect(charge).toMatchObject({ sessionId, transactionId: tx, connectorId: 2 });
    expect(charge?.consent.document.channel).toBe('ocpp');
  });

  it('goes under the price agreed in advance where none could be shown', async () => {
    await quoteOf();
    await station.ocpp201(tx, 'started', 0, '1000', { showsPrice: false });
    pair.clock.advanceMinutes(10);
    await aaa.sent();
    await station.ocpp201(tx, 'ended', 1, '2000');
    expect((await handedOver())?.consent.document.channel).toBe('preAgreed');
  });

  it('is refused where no price was shown and none agreed in advance', async () => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), preAgreedPrice: false } });
    await quoteOf();
    const started = await station.ocpp201(tx, 'started', 0, '1000', { showsPrice: false });
    expect(started).toMatchObject({ state: 'refused', refusal: 'tariff_unavailable' });
    pair.clock.advanceMinutes(10);
    expect(await station.ocpp201(tx, 'ended', 1, '1500')).toMatchObject({
      quarantined: 'energy_without_authorization',
      bill: null,
    });
    const [item] = await aaa.suspense(station.stationId);
    expect(item?.evidence.energyWh).toBe('500');
  });

  it('is put in order: an end before its start waits in suspense and is joined', async () => {
    const { sessionId } = await quoteOf();
    const startAt = pair.clock.at(0);
    pair.clock.advanceMinutes(2);
    const metered = await station.ocpp201(tx, 'updated', 1, '1100', { at: pair.clock.at(-1) });
    expect(metered).toMatchObject({ sessionId: null, quarantined: 'start_missing' });
    const ended = await station.ocpp201(tx, 'ended', 2, '1200');
    expect(ended).toMatchObject({ quarantined: 'start_missing', bill: null });
    expect(await aaa.suspense(station.stationId)).toMatchObject([
      { code: 'start_missing', state: 'open' },
      { code: 'start_missing', state: 'open' },
    ]);
    await aaa.sent();
    await station.ocpp201(tx, 'started', 0, '1000', { at: startAt });
    expect(await aaa.stateOf(sessionId)).toBe('ended');
    expect(await handedOver()).toMatchObject({
      meter: { startWh: '1000', stopWh: '1200' },
      periods: [{ energyWh: '100' }, { energyWh: '100' }],
    });
    expect(await aaa.suspense(station.stationId)).toMatchObject([
      { state: 'joined' },
      { state: 'joined' },
    ]);
  });

  it('whose start never comes stays in suspense', async () => {
    const reply = await station.ocpp201(tx, 'ended', 5, '2000');
    expect(reply).toMatchObject({
      sessionId: null,
      transactionId: tx,
      quarantined: 'start_missing',
      message: 'Charging is over. The bill follows from your utility.',
    });
    expect(await aaa.suspenseCodes(station.stationId)).toEqual(['start_missing']);
  });

  it('may be plugged in before the card is shown', async () => {
    const plugged = { identity: null, newSessionId: null, activity: 'idle' as const };
    expect(await station.ocpp201(tx, 'started', 0, '1000', plugged)).toMatchObject({
      sessionId: null,
      quarantined: null,
    });
    pair.clock.advanceMinutes(1);
    const { sessionId } = await quoteOf();
    const named = await station.ocpp201(tx, 'updated', 1, '1000', { identity: identityOf(CIN) });
    expect(named).toMatchObject({ sessionId });
    expect(await aaa.stateOf(sessionId)).toBe('charging');
    expect(await aaa.suspenseCodes(station.stationId)).toEqual([]);
  });

  it('that nobody was named for is shown when it ends', async () => {
    const nobody = { identity: null, newSessionId: null };
    await station.ocpp201(tx, 'started', 0, '1000', nobody);
    pair.clock.advanceMinutes(1);
    expect(await station.ocpp201(tx, 'updated', 1, '1200')).toMatchObject({ quarantined: null });
    expect(await station.ocpp201(tx, 'ended', 2, '1300')).toMatchObject({
      quarantined: 'driver_unknown',
    });
  });

  it('frees the connector of a charge whose end was lost; a late end of it is still rated', async () => {
    await quoteOf();
    await station.ocpp201(tx, 'started', 0, '1000');
    const lostEndAt = pair.clock.at(20);
    pair.clock.advanceMinutes(30);
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    await quoteOf();
    const next = await station.ocpp201(`${tx}-next`, 'started', 0, '3000');
    expect(next).toMatchObject({ state: 'charging', quarantined: null });
    pair.clock.advanceMinutes(1);
    const late = await station.ocpp201(tx, 'ended', 9, '3000', { at: lostEndAt, offline: true });
    expect(late.bill?.totalInclTax).toBe('0.84');
    expect((await station.ocpp201(`${tx}-next`, 'ended', 1, '3100')).bill).not.toBeNull();
  });

  it('of two that run on one connector at once, the first ends where the second begins', async () => {
    await quoteOf();
    await station.ocpp201(tx, 'started', 0, '1000');
    pair.clock.advanceMinutes(10);
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    await quoteOf();
    await station.ocpp201(`${tx}-next`, 'started', 0, '2000');
    pair.clock.advanceMinutes(10);
    expect((await station.ocpp201(`${tx}-next`, 'ended', 1, '3000')).bill).not.toBeNull();
    expect((await station.ocpp201(tx, 'ended', 1, '3100')).quarantined).toBe('conflicting_stop');
  });

  it('two starts at once on one quote: the other is authorized in line', async () => {
    await quoteOf();
    aaa.neighbours.wish = { mandate: nobodyElse() };
    aaa.neighbours.held = null;
    const replies = await Promise.all([
      station.ocpp201(`${tx}-a`, 'started', 0, '1000', { connectorId: 1 }),
      station.ocpp201(`${tx}-b`, 'started', 0, '1000', { connectorId: 2 }),
    ]);
    expect(replies.map(({ state }) => state)).toEqual(['charging', 'charging']);
    expect(new Set(replies.map(({ sessionId }) => sessionId)).size).toBe(2);
  });
});

describe('the connector of a start', () => {
  it.each([
    ['named', [1, 2], 2, 2, null],
    ['the only one, not named', [4], null, 4, null],
    ['the only one, misnamed', [4], 9, 4, null],
    ['one of several, not named', [1, 2], null, null, 'unknown_connector'],
    ['one of several, misnamed', [1, 2], 9, null, 'unknown_connector'],
  ])('%s', async (_how, connectorIds, named, expected, quarantined) => {
    station = await StationUnderTest.register(aaa, connectorIds);
    const { sessionId } = await quoteOf();
    const started = await station.ocpp201(tx, 'started', 0, '1000', { connectorId: named });
    const state = quarantined === null ? 'charging' : 'suspense';
    expect(started).toMatchObject({ state, quarantined });
    const session = await aaa.parts.store.readSession(sessionId);
    expect(session?.connectorId).toBe(expected);
    pair.clock.advanceMinutes(10);
    const ended = await station.ocpp201(tx, 'ended', 1, '2000', { connectorId: named });
    if (quarantined === null) expect(ended.bill?.totalInclTax).toBe('0.42');
    else expect(ended.quarantined).toBe('session_in_suspense');
  });
});

describe('a start without a swipe', () => {
  it('is authorized in line under the price agreed in advance', async () => {
    const started = await station.ocpp201(tx, 'started', 0, '1000');
    expect(started).toMatchObject({ state: 'charging', refusal: null });
    pair.clock.advanceMinutes(10);
    await aaa.sent();
    const ended = await station.ocpp201(tx, 'ended', 1, '2000');
    expect(ended.bill?.totalInclTax).toBe('0.42');
    expect((await handedOver())?.consent.document.channel).toBe('preAgreed');
  });

  it('is refused where no price was agreed in advance, with a message that says so', async () => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), preAgreedPrice: false } });
    const started = await station.ocpp201(tx, 'started', 0, '1000');
    expect(started).toMatchObject({
      state: 'refused',
      refusal: 'tariff_unavailable',
      message: 'No price is known for this charge, so it cannot start.',
    });
  });

  it('of a refused driver charges nothing; what flowed is shown in suspense', async () => {
    Object.assign(aaa.neighbours, {
      held: null,
      verdict: { decision: 'refused', reason: 'consumer_blocked' },
    });
    const started = await station.ocpp201(tx, 'started', 0, '1000');
    expect(started).toMatchObject({ state: 'refused', refusal: 'consumer_blocked' });
    pair.clock.advanceMinutes(1);
    expect(await station.ocpp201(tx, 'updated', 1, '1100')).toMatchObject({ state: 'refused' });
    const ended = await station.ocpp201(tx, 'ended', 2, '1200');
    expect(ended.quarantined).toBe('energy_without_authorization');
    const [item] = await aaa.suspense(station.stationId);
    expect(item?.evidence.energyWh).toBe('200');
  });

  it('of a refused driver that took nothing leaves nothing', async () => {
    Object.assign(aaa.neighbours, {
      held: null,
      verdict: { decision: 'refused', reason: 'consumer_blocked' },
    });
    await station.ocpp201(tx, 'started', 0, '1000');
    pair.clock.advanceMinutes(1);
    expect((await station.ocpp201(tx, 'ended', 1, '1000')).quarantined).toBeNull();
    expect(await aaa.suspenseCodes(station.stationId)).toEqual([]);
  });

  it('that comes twice at once has one session, and keeps the prepaid mandate that both were given', async () => {
    aaa.neighbours.held = null;
    aaa.neighbours.wish = {
      mandate: { ...nobodyElse(), singleSession: true, paymentMode: 'prepaid' },
    };
    await aaa.sent();
    const at = pair.clock.at(0);
    const replies = await Promise.all(
      [1, 2].map(() => station.ocpp201(tx, 'started', 0, '1000', { at })),
    );
    expect(replies[0]).toEqual(replies[1]);
    expect(await aaa.sent('aaa.noteEnd')).toEqual([]);
    expect(await aaa.isReserved(replies[0]?.sessionId ?? '')).toBe(true);
  });
});
