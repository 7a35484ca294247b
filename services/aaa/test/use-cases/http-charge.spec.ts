import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { expireSessions } from '../../src/use-cases/expire-sessions.js';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { HOME, VISITED } from '../documents.js';
import { codeOf, reading, StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;

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
  station = await StationUnderTest.register(aaa);
  await aaa.neighbours.hold({ mandate: nobodyElse() });
});

/** consented, started at register 1000 */
async function charging(): Promise<string> {
  const sessionId = await station.consented();
  await station.http(sessionId, 'started', '1000');
  return sessionId;
}

describe('a charge over HTTP', () => {
  it('is billed to the cent and handed over with all that entitles it', async () => {
    const sessionId = await station.consented();
    const started = await station.http(sessionId, 'started', '1000', {
      meterSerial: 'M-7',
      signedData: { format: 'OCMF', value: 'begin' },
    });
    expect(started).toMatchObject({ state: 'charging', refusal: null, quarantined: null });
    pair.clock.advanceMinutes(30);
    const metered = await station.http(sessionId, 'updated', '10000');
    expect(metered).toMatchObject({
      energyKwh: '9.000',
      runningCost: { currency: 'USD', totalInclTax: '3.78' },
      stop: null,
    });
    pair.clock.advanceMinutes(30);
    await aaa.sent();
    const at = pair.clock.at(0);
    const stopped = await station.http(sessionId, 'ended', '21450', {
      readings: [{ ...reading(at, '21450'), stateOfChargePercent: '80' }],
      signedData: { format: 'OCMF', value: 'end' },
      stopReason: 'full',
    });
    // 20.45 kWh at 0.40 = 8.18, and 5 % of it
    expect(stopped).toMatchObject({
      state: 'ended',
      message: 'Battery 80% charged. Thank you for using Duke Energy.',
      bill: { totalExclTax: '8.18', tax: '0.41', totalInclTax: '8.59', unbilledEnergyKwh: '0.000' },
    });
    expect(stopped.bill?.lines).toMatchObject([
      { component: 'ENERGY', quantity: '20.450', unit: 'kWh', unitPrice: '0.40', amount: '8.18' },
    ]);
    const sent = await aaa.sent();
    const [handed] = sent.filter(({ subject }) => subject === 'settlement.recordCharge');
    if (handed === undefined) throw new Error('nothing was handed over');
    const charge = chargeOf(handed);
    expect(charge).toMatchObject({
      sessionId,
      homeUtility: HOME,
      visitedUtility: VISITED,
      authorizedBy: 'visitingProfile',
      connectorId: 1,
      evsePowerW: '22000',
      startAt: '2026-03-02T12:00:00Z',
      endAt: '2026-03-02T13:00:00Z',
      stopReason: 'full',
      meter: {
        startWh: '1000',
        stopWh: '21450',
        meterSerial: 'M-7',
        signedData: { format: 'OCMF', start: 'begin', stop: 'end' },
      },
      timeZone: 'America/New_York',
      utcOffsets: [{ from: '2026-03-02T12:00:00Z', offsetSeconds: -18_000 }],
      flags: [],
    });
    expect(charge.periods).toHaveLength(2);
    expect(charge.mandate.documentHash).toBe(charge.quote.document.mandateHash);
    expect(charge.consent.document.quoteHash).toBe(charge.quote.documentHash);
    expect(charge.agreedTariffHash).toBe(charge.mandate.document.agreedTariffHash);
    expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
      { to: HOME, payload: { sessionId, charged: true, mandateUsedUp: false } },
    ]);
    expect(await aaa.isReserved(sessionId)).toBe(false);
  });

  it('is answered the same when a step comes again, also twice at once, and has one effect', async () => {
    const sessionId = await charging();
    pair.clock.advanceMinutes(30);
    const at = pair.clock.at(0);
    await aaa.sent();
    const answers = await Promise.all(
      [1, 2, 3].map(() => station.http(sessionId, 'ended', '2000', { at })),
    );
    expect(answers[0]?.bill?.totalInclTax).toBe('0.42');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await aaa.sent('settlement.recordCharge')).toHaveLength(1);
    const frames = await aaa.database.query(
      `SELECT 1 FROM wire_log WHERE station_id = $1 AND action = 'ended'`,
      [station.stationId],
    );
    expect(frames).toHaveLength(3);
  });

  it('keeps the first of two contents under one key, and shows the other once', async () => {
    const sessionId = await charging();
    pair.clock.advanceMinutes(30);
    const key = { naturalKey: `same:${sessionId}` };
    const first = await station.http(sessionId, 'ended', '2000', key);
    const other = { ...key, payloadHash: 'f'.repeat(64) };
    const second = await station.http(sessionId, 'ended', '9000', other);
    expect(second).toEqual({ ...first, quarantined: 'conflicting_duplicate' });
    await station.http(sessionId, 'ended', '9000', other);
    expect(await aaa.suspenseCodes(station.stationId)).toEqual(['conflicting_duplicate']);
    const session = await aaa.parts.store.readSession(sessionId);
    expect(session?.progress.readings.at(-1)?.meterWh).toBe('2000');
  });

  it('takes no step without consent, on a refused session, or after it ran out', async () => {
    const quoted = await station.swipe();
    const start = (sessionId: string) => codeOf(station.http(sessionId, 'started', '1'));
    expect(await start(quoted.sessionId)).toBe('consent_missing');
    const refused = await station.swipe({ identity: { outcome: 'malformed' } });
    expect(await start(refused.sessionId)).toBe('session_refused');
    expect(await start(systemIds.uuid())).toBe('not_found');
    const sessionId = await station.consented();
    expect(await codeOf(station.http(sessionId, 'ended', '1'))).toBe('state_conflict');
    pair.clock.advanceMinutes(15);
    expect(await start(sessionId)).toBe('quote_expired');
  });

  it('shows idle time as parking', async () => {
    const sessionId = await charging();
    pair.clock.advanceMinutes(30);
    const idle = await station.http(sessionId, 'updated', '11000', { activity: 'idle' });
    expect(idle).toMatchObject({ state: 'idle', message: 'Connected, not charging.' });
    pair.clock.advanceMinutes(30);
    const { bill } = await station.http(sessionId, 'ended', '11000');
    // 10 kWh = 4.00, half an hour of parking = 1.00, 5 % = 0.25
    expect(bill).toMatchObject({ totalExclTax: '5.00', totalInclTax: '5.25' });
  });

  it('is read by its own station only', async () => {
    const sessionId = await charging();
    const { stationId } = station;
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'updated', '2000');
    expect(await aaa.useCases.readStationSession({ stationId, sessionId })).toMatchObject({
      state: 'charging',
      energyKwh: '1.000',
      runningCost: { totalInclTax: '0.42' },
      message: 'Charging.',
    });
    const other = await StationUnderTest.register(aaa);
    const foreign = { stationId: other.stationId, sessionId };
    expect(await codeOf(aaa.useCases.readStationSession(foreign))).toBe('not_found');
  });
});

describe('flags', () => {
  const flagsAfter = async (changes: { at?: string; offline?: boolean }) => {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', '1000', changes);
    await aaa.sent();
    pair.clock.advanceMinutes(1);
    await station.http(sessionId, 'ended', '1100');
    const [handed] = await aaa.sent('settlement.recordCharge');
    return handed === undefined ? null : chargeOf(handed).flags;
  };

  it.each<[string, { minutes?: number; offline?: boolean }, string[]]>([
    ['on time', {}, []],
    ['ten minutes before the consent', { minutes: -10 }, []],
    ['eleven minutes before the consent', { minutes: -11 }, ['start_before_consent']],
    ['eleven minutes before, off-line', { minutes: -11, offline: true }, ['offline']],
    ['thirty days ago, off-line', { minutes: -30 * 24 * 60 + 1, offline: true }, ['offline']],
  ])('of a start %s', async (_when, { minutes = 0, offline = false }, flags) => {
    expect(await flagsAfter({ at: pair.clock.at(minutes), offline })).toEqual(flags);
  });

  it('of a start that is told after the consent ran out, but began while it held', async () => {
    const sessionId = await station.consented();
    const beganAt = pair.clock.at(5);
    pair.clock.advanceMinutes(60);
    await expireSessions(aaa.parts);
    expect(await aaa.stateOf(sessionId)).toBe('expired');
    const late = { at: beganAt, offline: true };
    expect(await station.http(sessionId, 'started', '1000', late)).toMatchObject({
      state: 'charging',
    });
    const { bill } = await station.http(sessionId, 'ended', '6000', { offline: true });
    expect(bill?.totalInclTax).toBe('2.10');
    expect(await aaa.isReserved(sessionId)).toBe(false);
  });
});

describe('credit', () => {
  it('that is used up is signalled, and the mandate leaves the books', async () => {
    const mandate = { ...nobodyElse(), energyCapKwh: '2' };
    await aaa.neighbours.hold({ mandate });
    const sessionId = await charging();
    pair.clock.advanceMinutes(10);
    expect(await station.http(sessionId, 'updated', '2999')).toMatchObject({ stop: null });
    pair.clock.advanceMinutes(10);
    const full = await station.http(sessionId, 'updated', '3000');
    expect(full).toMatchObject({
      stop: 'credit_exhausted',
      message: 'The credit is used up. Charging stops.',
    });
    await aaa.sent();
    pair.clock.advanceMinutes(1);
    await station.http(sessionId, 'ended', '3100');
    const sent = await aaa.sent();
    expect(sent.filter(({ subject }) => subject === 'profiles.noteMandateUse')).toMatchObject([
      { to: VISITED, payload: { mandateId: mandate.mandateId, state: 'used_up' } },
    ]);
    expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
      { payload: { charged: true, mandateUsedUp: true } },
    ]);
    // home has not heard of it yet and gives the same mandate: nothing is left of it
    aaa.neighbours.wish = { mandate };
    expect((await station.swipe()).reason).toBe('credit_exhausted');
  });

  it.each([
    ['within reach', '13000', 'credit_exhausted'],
    ['beyond reach', '46000', null],
  ])('is used up by energy that is %s only', async (_what, meterWh, stop) => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), energyCapKwh: '10' } });
    const sessionId = await charging();
    pair.clock.advanceMinutes(30);
    expect(await station.http(sessionId, 'updated', meterWh)).toMatchObject({ stop });
    await station.http(sessionId, 'ended', meterWh);
    expect(await aaa.stateOf(sessionId)).toBe(stop === null ? 'suspense' : 'ended');
  });

  it.each([
    ['the quarter that its consent reserved', '6000', null],
    ['all but the last of the mandate', '20999', null],
    ['the mandate', '21000', 'credit_exhausted'],
  ])('of a fleet is used up when %s is', async (_what, meterWh, stop) => {
    const fleet = { energyCapKwh: '20', maxConcurrentSessions: 4 };
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), ...fleet } });
    const sessionId = await charging();
    pair.clock.advanceMinutes(60);
    expect(await station.http(sessionId, 'updated', meterWh)).toMatchObject({ stop });
  });

  it('of a fleet that others reserved is not taken from them', async () => {
    const fleet = { ...nobodyElse(), energyCapKwh: '20', maxConcurrentSessions: 2 };
    await aaa.neighbours.hold({ mandate: fleet });
    const sessionId = await charging();
    await station.consented({ connectorId: 2 });
    pair.clock.advanceMinutes(60);
    const { stop } = await station.http(sessionId, 'updated', '11000');
    expect(stop).toBe('credit_exhausted');
  });

  it('of a prepaid driver is never billed beyond, and the signal comes in time', async () => {
    const mandate = {
      ...nobodyElse(),
      paymentMode: 'prepaid' as const,
      singleSession: true,
      moneyCap: { currency: 'USD' as const, amount: '1.00' },
    };
    const taxes = [{ name: 'State', percentage: '5' }];
    const energy = { type: 'ENERGY' as const, price: '0.40', step_size: 1000, taxes };
    await aaa.neighbours.hold({ mandate, tariff: { elements: [{ price_components: [energy] }] } });
    const sessionId = await charging();
    pair.clock.advanceMinutes(10);
    // 2 kWh are 0.84; a third begun would be 1.26
    expect(await station.http(sessionId, 'updated', '2500')).toMatchObject({ stop: null });
    pair.clock.advanceMinutes(10);
    expect(await station.http(sessionId, 'updated', '3100')).toMatchObject({
      stop: 'credit_exhausted',
    });
    pair.clock.advanceMinutes(10);
    await aaa.sent();
    const { bill } = await station.http(sessionId, 'ended', '4000');
    expect(bill).toMatchObject({ totalInclTax: '0.84', unbilledEnergyKwh: '1.000' });
    const [handed] = await aaa.sent('settlement.recordCharge');
    if (handed === undefined) throw new Error('nothing was handed over');
    expect(chargeOf(handed)).toMatchObject({ unbilledEnergyKwh: '1.000' });
  });
});
