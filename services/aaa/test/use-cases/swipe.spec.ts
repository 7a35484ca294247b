import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OfflineBasis } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { systemIds } from '@roamgrid/platform';
import { REST_MS } from '../../src/silent-homes.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { HOME, VISITED } from '../documents.js';
import { CIN, codeOf, identityOf, StationUnderTest } from '../station-under-test.js';
import { StandInNeighbours } from '../stand-in-neighbours.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

/** a fresh stand-in and station for each test */
beforeEach(async () => {
  Object.assign(aaa.neighbours, new StandInNeighbours(pair.signers));
  aaa.neighbours.calls.length = 0;
  station = await StationUnderTest.register(aaa);
});

/** a consumer of its own, so that tests do not meet at one mandate */
const nobodyElse = () => {
  const id = systemIds.uuid();
  return { mandateId: id, pseudonym: `ps-${id}` };
};

describe('a swipe', () => {
  it('of an unknown driver asks home, is quoted and leaves one session', async () => {
    aaa.neighbours.wish = { mandate: nobodyElse() };
    await aaa.sent();
    const reply = await station.swipe({ requestedEnergyKwh: '10' });
    expect(reply).toMatchObject({
      decision: 'quoted',
      reason: null,
      authorizedBy: 'home',
      homeUtility: HOME,
      visitedUtility: VISITED,
    });
    expect(reply.quote?.document).toMatchObject({
      pricePerKwh: '0.40',
      estimate: { energyKwh: '10.000', totalExclTax: '4.00', tax: '0.20', totalInclTax: '4.20' },
      validUntil: '2026-03-02T12:05:00Z',
    });
    expect(reply.message).toBe(
      '0.40 USD/kWh (Gold, 5% off). About 4.20 USD incl. tax for 10.000 kWh.',
    );
    await aaa.parts.verifier.verify(reply.quote ?? never(), VISITED, 'aaa');
    expect(aaa.neighbours.calls).toEqual([
      'findMandate',
      'termsWith',
      'authorizeAtHome',
      'agreeTariff',
      'requestMandate',
      'storeMandate',
    ]);
    const [view, ...others] = await aaa.sent();
    expect(others).toEqual([]);
    expect(view?.payload['data']).toMatchObject({
      state: 'quoted',
      homeCalls: 4,
      cinMasked: '8400019501••••••••74',
    });
    const steps = view?.payload['steps'] as { step: string }[];
    expect(steps.map(({ step }) => step)).toEqual([
      'swipe',
      'identify',
      'authenticate',
      'negotiate',
      'authorize',
      'quote',
    ]);
  });

  it('of a driver in the visiting profiles calls no home', async () => {
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    const reply = await station.swipe();
    expect(reply).toMatchObject({ decision: 'quoted', authorizedBy: 'visitingProfile' });
    expect(aaa.neighbours.calls).toEqual(['findMandate']);
    const session = await aaa.parts.store.readSession(reply.sessionId);
    expect(session).toMatchObject({ homeCalls: 0, state: 'quoted' });
  });

  it('goes under the mandate that the visiting profiles hold now, not under a remembered one', async () => {
    const first = await aaa.neighbours.hold({ mandate: nobodyElse() });
    const underHash = async () => (await station.swipe()).quote?.document.mandateHash ?? 'no quote';
    expect(await underHash()).toBe(first.mandate.documentHash);
    expect(await underHash()).toBe(first.mandate.documentHash);
    const next = await aaa.neighbours.hold({ mandate: nobodyElse() });
    const { sessionId, quote } = await station.swipe();
    expect(quote?.document).toMatchObject({
      sessionId,
      mandateId: next.mandate.document.mandateId,
      mandateHash: next.mandate.documentHash,
      retailTariffHash: next.mandate.document.retailTariff.documentHash,
    });
    aaa.neighbours.held = null;
    aaa.neighbours.calls.length = 0;
    aaa.neighbours.wish = { mandate: nobodyElse() };
    await station.swipe();
    expect(aaa.neighbours.calls).toContain('authorizeAtHome');
  });

  it('of a remembered driver sees what their other charges have used meanwhile', async () => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), maxConcurrentSessions: 1 } });
    const { sessionId, quote } = await station.swipe();
    await station.consent(sessionId, quote?.documentHash ?? '');
    const other = await StationUnderTest.register(aaa);
    expect(await other.swipe()).toMatchObject({ reason: 'concurrent_session' });
  });

  it('at a home that kept a driver waiting hears at once what the off-line rule says', async () => {
    const waits = () => {
      aaa.clock.nowMs += 10_000;
      return Promise.reject(new RoamgridError('peer_unreachable', 'no answer in time'));
    };
    Object.assign(aaa.neighbours, { authorizeAtHome: waits });
    try {
      const first = await station.swipe();
      expect(await aaa.parts.store.readSession(first.sessionId)).toMatchObject({ homeCalls: 1 });
    } finally {
      Reflect.deleteProperty(aaa.neighbours, 'authorizeAtHome');
    }
    aaa.neighbours.calls.length = 0;
    const second = await station.swipe({ connectorId: 2 });
    expect(second).toMatchObject({ decision: 'refused', reason: 'home_unreachable' });
    expect(await aaa.parts.store.readSession(second.sessionId)).toMatchObject({ homeCalls: 0 });
    expect(aaa.neighbours.calls).not.toContain('authorizeAtHome');
    aaa.clock.nowMs += REST_MS;
    aaa.neighbours.wish = { mandate: nobodyElse() };
    expect(await station.swipe()).toMatchObject({ decision: 'quoted', authorizedBy: 'home' });
  });

  it('while home is silent stands on the off-line rule, or is refused', async () => {
    aaa.neighbours.verdict = 'silent';
    expect(await station.swipe()).toMatchObject({
      decision: 'refused',
      reason: 'home_unreachable',
    });
    const window = {
      hours: 72,
      energyKwh: '30',
      money: { currency: 'USD' as const, amount: '15.00' },
    };
    const offline = { window } as unknown as OfflineBasis;
    aaa.neighbours.offline = await aaa.neighbours.entry({
      mandate: {
        ...nobodyElse(),
        energyCapKwh: window.energyKwh,
        moneyCap: window.money,
        singleSession: true,
        offline,
      },
    });
    aaa.neighbours.calls.length = 0;
    const reply = await station.swipe();
    expect(reply).toMatchObject({ decision: 'quoted', authorizedBy: 'offlineRule' });
    const session = await aaa.parts.store.readSession(reply.sessionId);
    expect(session).toMatchObject({ homeCalls: 1, authorizedBy: 'offlineRule' });
    expect(aaa.neighbours.calls).not.toContain('storeMandate');
    aaa.neighbours.calls.length = 0;
    await station.swipe({ pin: 'a.sealed.pin' });
    expect(aaa.neighbours.calls).not.toContain('authorizeOffline');
  });

  it('with a PIN always asks home', async () => {
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    aaa.neighbours.wish = { mandate: nobodyElse() };
    await station.swipe({ pin: 'a.sealed.pin' });
    expect(aaa.neighbours.calls).not.toContain('findMandate');
    expect(aaa.neighbours.calls).toContain('authorizeAtHome');
  });

  it('stands in the wire log with its session, a refused one too', async () => {
    await station.swipe({ wire: station.wire('swipe', '{"one":1}') });
    await station.swipe({ identity: { outcome: 'malformed' } });
    const log = await aaa.database.query(
      'SELECT raw, refusal FROM wire_log WHERE station_id = $1 ORDER BY id',
      [station.stationId],
    );
    expect(log).toEqual([
      { raw: '{"one":1}', refusal: null },
      { raw: '{}', refusal: 'cin_malformed' },
    ]);
  });

  it('names a connector of the station, at a station of ours', async () => {
    expect(await codeOf(station.swipe({ connectorId: 7 }))).toBe('unprocessable');
    expect(await codeOf(station.swipe({ stationId: 'NOBODY-1' }))).toBe('not_found');
  });
});

describe('the reasons of refusal, in order', () => {
  const uid = { outcome: 'read', identity: { kind: 'uid', value: 'AABBCCDD' }, homeUtility: HOME };
  const homeless = { outcome: 'read', identity: { kind: 'cin', value: CIN }, homeUtility: null };
  const refused = (reason: string) => ({ decision: 'refused' as const, reason });

  it.each([
    ['cin_malformed', { identity: { outcome: 'malformed' } }, {}, []],
    ['credential_rejected', { identity: uid }, { token: null }, ['findToken']],
    [
      'consumer_blocked',
      { identity: uid },
      { token: { homeUtility: HOME, state: 'blocked' } },
      ['findToken'],
    ],
    ['home_unknown', { identity: homeless }, {}, []],
    ['no_agreement', {}, { hasAgreement: false }, ['findMandate', 'termsWith']],
    ['home_unreachable', {}, { verdict: 'silent' }, ['authorizeAtHome', 'authorizeOffline']],
    ['credential_rejected', {}, { verdict: refused('credential_rejected') }, ['authorizeAtHome']],
    ['consumer_blocked', {}, { verdict: refused('consumer_blocked') }, ['authorizeAtHome']],
    ['concurrent_session', {}, { verdict: refused('concurrent_session') }, ['authorizeAtHome']],
    ['negotiation_failed', {}, price('negotiation_failed'), ['agreeTariff']],
    ['tariff_unavailable', {}, price('tariff_unavailable'), ['agreeTariff']],
    ['credit_exhausted', {}, { mandateReply: refused('credit_exhausted') }, ['requestMandate']],
    [
      'tariff_unavailable',
      {},
      { storeFailure: new RoamgridError('signature_invalid', 'forged') },
      ['storeMandate'],
    ],
  ])('%s', async (reason, swipe, world, lastCalls) => {
    Object.assign(aaa.neighbours, world);
    const reply = await station.swipe(swipe as Parameters<typeof station.swipe>[0]);
    expect(reply).toMatchObject({ decision: 'refused', reason, quote: null, authorizedBy: null });
    expect(reply.message).not.toBe('');
    expect(aaa.neighbours.calls.slice(-lastCalls.length || Infinity)).toEqual(lastCalls);
    expect(await aaa.stateOf(reply.sessionId)).toBe('refused');
  });

  function price(reason: string) {
    return { price: { decision: 'refused', reason, messagesToHome: 1 } };
  }

  it('connector_occupied before home is asked; a mere quote occupies nothing', async () => {
    aaa.neighbours.wish = { mandate: nobodyElse() };
    await station.swipe();
    const sessionId = await station.consented();
    expect(await aaa.stateOf(sessionId)).toBe('consented');
    aaa.neighbours.calls.length = 0;
    expect((await station.swipe()).reason).toBe('connector_occupied');
    expect(aaa.neighbours.calls).toEqual(['findMandate']);
    aaa.neighbours.wish = { mandate: nobodyElse() };
    expect((await station.swipe({ connectorId: 2 })).decision).toBe('quoted');
  });

  it('concurrent_session of a cached driver who charges here, without asking home', async () => {
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    await station.consented();
    aaa.neighbours.calls.length = 0;
    expect((await station.swipe({ connectorId: 2 })).reason).toBe('concurrent_session');
    expect(aaa.neighbours.calls).toEqual(['findMandate']);
  });

  it('tariff_unavailable where the tariff has no price for this moment', async () => {
    const { elements } = { elements: [{ price_components: [], restrictions: {} }] };
    aaa.neighbours.wish = { mandate: nobodyElse(), tariff: { elements } };
    const reply = await station.swipe();
    expect(reply).toMatchObject({ decision: 'refused', reason: 'tariff_unavailable' });
  });

  it('one of our own services that is silent is no refusal: there is no answer', async () => {
    Object.assign(aaa.neighbours, {
      termsWith: () => Promise.reject(new RoamgridError('peer_unreachable', 'crp is silent')),
    });
    try {
      expect(await codeOf(station.swipe())).toBe('peer_unreachable');
    } finally {
      Reflect.deleteProperty(aaa.neighbours, 'termsWith');
    }
  });

  it('gives a prepaid mandate back to home that no session will use', async () => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), singleSession: true } });
    const { pseudonym } = nobodyElse();
    const one = { ...nobodyElse(), pseudonym };
    aaa.neighbours.held = null;
    aaa.neighbours.wish = { mandate: one };
    await station.consented();
    const other = { ...nobodyElse(), pseudonym, singleSession: true };
    aaa.neighbours.wish = { mandate: other };
    await aaa.sent();
    const reply = await station.swipe({ connectorId: 2 });
    expect(reply.reason).toBe('concurrent_session');
    const [end] = await aaa.sent('aaa.noteEnd');
    expect(end).toMatchObject({
      to: HOME,
      payload: {
        sessionId: reply.sessionId,
        mandateId: other.mandateId,
        charged: false,
        mandateUsedUp: true,
      },
    });
  });
});

describe('an idempotency key', () => {
  it('with the same swipe gives the first answer, with another a conflict', async () => {
    aaa.neighbours.wish = { mandate: nobodyElse() };
    const first = await station.swipe({ idempotencyKey: 'k1' });
    const again = await station.swipe({ idempotencyKey: 'k1', sessionId: systemIds.uuid() });
    expect(again).toEqual(first);
    const other = station.swipe({ idempotencyKey: 'k1', identity: identityOf('1'.repeat(20)) });
    expect(await codeOf(other)).toBe('idempotency_conflict');
    const sessions = await aaa.database.query('SELECT 1 FROM sessions WHERE station_id = $1', [
      station.stationId,
    ]);
    expect(sessions).toHaveLength(1);
  });

  it('used twice at once makes one session', async () => {
    aaa.neighbours.wish = { mandate: nobodyElse() };
    const replies = await Promise.all(
      [1, 2, 3].map(() => station.swipe({ idempotencyKey: 'k2', sessionId: systemIds.uuid() })),
    );
    expect(new Set(replies.map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it('without one, two equal swipes are two sessions', async () => {
    aaa.neighbours.wish = { mandate: nobodyElse() };
    const [one, two] = [await station.swipe(), await station.swipe()];
    expect(one.sessionId).not.toBe(two.sessionId);
  });
});

function never(): never {
  throw new Error('nothing was quoted');
}
