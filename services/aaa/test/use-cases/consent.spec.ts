import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { expireSessions } from '../../src/use-cases/expire-sessions.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { HOME, VISITED } from '../documents.js';
import { codeOf, StationUnderTest } from '../station-under-test.js';

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

async function quoted(connectorId = 1) {
  const { sessionId, quote } = await station.swipe({ connectorId });
  return { sessionId, hash: quote?.documentHash ?? '' };
}

describe('a consent', () => {
  it('is signed, bound to the quote, and waits 15 minutes', async () => {
    const { sessionId, hash } = await quoted();
    expect(await station.consent(sessionId, hash)).toEqual({ sessionId, state: 'consented' });
    const session = await aaa.parts.store.readSession(sessionId);
    expect(session?.expiresMs).toBe(pair.clock.nowMs + 15 * 60_000);
    const consent = session?.progress.consent;
    if (consent === null || consent === undefined) throw new Error('no consent was kept');
    expect(consent.document).toMatchObject({ quoteHash: hash, channel: 'station', sessionId });
    await aaa.parts.verifier.verify(consent, VISITED, 'aaa');
  });

  it('twice is answered the same and reserves once', async () => {
    const { sessionId, hash } = await quoted();
    const answers = await Promise.all([
      station.consent(sessionId, hash),
      station.consent(sessionId, hash),
    ]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await aaa.isReserved(sessionId)).toBe(true);
  });

  it('of a driver who charges already says so', async () => {
    await aaa.neighbours.hold({ mandate: { ...nobodyElse(), maxConcurrentSessions: 1 } });
    const other = await StationUnderTest.register(aaa);
    const [first, second] = [await quoted(), await other.swipe()];
    await station.consent(first.sessionId, first.hash);
    const late = other.consent(second.sessionId, second.quote?.documentHash ?? '');
    await expect(late).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('is charging already'),
    });
  });

  it('of another quote is a mismatch', async () => {
    const { sessionId } = await quoted();
    expect(await codeOf(station.consent(sessionId, 'f'.repeat(64)))).toBe('quote_mismatch');
    const log = await aaa.database.query<{ refusal: string }>(
      'SELECT refusal FROM wire_log WHERE station_id = $1 ORDER BY id DESC LIMIT 1',
      [station.stationId],
    );
    expect(log[0]?.refusal).toBe('quote_mismatch');
  });

  it('of another station’s session finds nothing', async () => {
    const other = await StationUnderTest.register(aaa);
    const { sessionId, hash } = await quoted();
    expect(await codeOf(station.consent(sessionId, hash, other.stationId))).toBe('not_found');
    expect(await codeOf(station.consent(systemIds.uuid(), hash))).toBe('not_found');
  });

  it('of a refused session is refused', async () => {
    const { sessionId } = await station.swipe({ identity: { outcome: 'malformed' } });
    expect(await codeOf(station.consent(sessionId, 'f'.repeat(64)))).toBe('session_refused');
  });

  it('after five minutes is late, whether the quote was swept or not', async () => {
    const { sessionId, hash } = await quoted();
    pair.clock.advanceMinutes(5);
    expect(await codeOf(station.consent(sessionId, hash))).toBe('quote_expired');
    await expireSessions(aaa.parts);
    expect(await aaa.stateOf(sessionId)).toBe('expired');
    expect(await codeOf(station.consent(sessionId, hash))).toBe('quote_expired');
  });

  it('of two drivers on one connector at once holds for one', async () => {
    const one = await quoted();
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    const two = await quoted();
    const outcomes = await Promise.all([
      codeOf(station.consent(one.sessionId, one.hash)),
      codeOf(station.consent(two.sessionId, two.hash)),
    ]);
    expect(outcomes.sort()).toEqual(['connector_occupied', 'nothing was thrown']);
  });
});

describe('a reservation', () => {
  it('of many consents at once never exceeds the mandate', async () => {
    const mandate = { ...nobodyElse(), maxConcurrentSessions: 3, energyCapKwh: '10' };
    await aaa.neighbours.hold({ mandate });
    const stations = await Promise.all(
      Array.from({ length: 8 }, () => StationUnderTest.register(aaa)),
    );
    const sessions = [];
    for (const each of stations) {
      const { sessionId, quote } = await each.swipe();
      sessions.push({ each, sessionId, hash: quote?.documentHash ?? '' });
    }
    const outcomes = await Promise.all(
      sessions.map(({ each, sessionId, hash }) => codeOf(each.consent(sessionId, hash))),
    );
    expect(outcomes.filter((code) => code === 'nothing was thrown')).toHaveLength(3);
    expect(outcomes.filter((code) => code === 'state_conflict')).toHaveLength(5);
    const [sum] = await aaa.database.query<{ energy: bigint; minor: bigint }>(
      `SELECT sum(energy_milli_wh)::bigint AS energy, sum(minor)::bigint AS minor
       FROM reservations WHERE mandate_id = $1`,
      [mandate.mandateId],
    );
    expect(sum).toEqual({ energy: 10_000_000n, minor: 5_000n });
  });

  it('is given back when no start follows, and the connector is free', async () => {
    const sessionId = await station.consented();
    pair.clock.advanceMinutes(14);
    await expireSessions(aaa.parts);
    expect(await aaa.stateOf(sessionId)).toBe('consented');
    pair.clock.advanceMinutes(1);
    await expireSessions(aaa.parts);
    expect(await aaa.stateOf(sessionId)).toBe('expired');
    expect(await aaa.isReserved(sessionId)).toBe(false);
    expect((await station.swipe()).decision).toBe('quoted');
  });

  it('of a prepaid mandate that runs out unused is told to home', async () => {
    const mandate = { ...nobodyElse(), singleSession: true, paymentMode: 'prepaid' as const };
    aaa.neighbours.held = null;
    aaa.neighbours.wish = { mandate };
    const { sessionId } = await quoted();
    await aaa.sent();
    pair.clock.advanceMinutes(5);
    await expireSessions(aaa.parts);
    const sent = await aaa.sent();
    expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
      { to: HOME, payload: { sessionId, charged: false, mandateUsedUp: true } },
    ]);
    expect(sent.map(({ subject }) => subject)).toContain('profiles.noteMandateUse');
  });
});
