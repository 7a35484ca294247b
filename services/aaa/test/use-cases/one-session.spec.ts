import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { expireSessions } from '../../src/use-cases/expire-sessions.js';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { HOME } from '../documents.js';
import { codeOf, StationUnderTest } from '../station-under-test.js';

const NOT_REFUSED = 'nothing was thrown';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let mandateId: string;
let pseudonym: string;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

/** home gives the same mandate for one session, as long as nothing began under it */
beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  [mandateId, pseudonym] = [systemIds.uuid(), `ps-${systemIds.uuid()}`];
  Object.assign(aaa.neighbours, {
    held: null,
    verdict: {
      decision: 'accepted',
      pseudonym,
      customerClass: 'residential',
      assurance: 'claimed',
    },
    wish: { mandate: { mandateId, pseudonym, singleSession: true, paymentMode: 'prepaid' } },
  });
  aaa.neighbours.requests.length = 0;
  await aaa.sent();
});

async function quoted(connectorId = 1) {
  const { sessionId, quote, reason } = await station.swipe({ connectorId });
  if (quote === null) throw new Error(`refused: ${String(reason)}`);
  return { sessionId, hash: quote.documentHash };
}

const stateOf = async (sessionId: string) =>
  (await aaa.parts.store.readSession(sessionId))?.state ?? null;

const recall = () => aaa.useCases.recallMandate({ mandateId, homeUtility: HOME });

describe('several quotes under a mandate for one session', () => {
  it('stand beside each other until one is consented to', async () => {
    const [first, second] = [await quoted(), await quoted(2)];
    expect(await station.consent(first.sessionId, first.hash)).toMatchObject({
      state: 'consented',
    });
    expect(await stateOf(second.sessionId)).toBe('expired');
    expect(await codeOf(station.consent(second.sessionId, second.hash))).toBe('quote_expired');
    expect(await aaa.sent('aaa.noteEnd')).toEqual([]);
  });

  it('let one consent in, when all come at once', async () => {
    const quotes = await Promise.all([1, 2, 1, 2].map((connectorId) => quoted(connectorId)));
    const codes = await Promise.all(
      quotes.map(({ sessionId, hash }) => codeOf(station.consent(sessionId, hash))),
    );
    expect(codes.filter((code) => code === NOT_REFUSED)).toHaveLength(1);
    expect(codes.filter((code) => code === 'quote_expired')).toHaveLength(3);
  });

  it('give the mandate back with the last of them, once', async () => {
    await quoted();
    pair.clock.advanceMinutes(3);
    const second = await quoted(2);
    pair.clock.advanceMinutes(3);
    await expireSessions(aaa.parts);
    expect(await aaa.sent('aaa.noteEnd')).toEqual([]);
    expect(await stateOf(second.sessionId)).toBe('quoted');
    pair.clock.advanceMinutes(3);
    await expireSessions(aaa.parts);
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { to: HOME, payload: { mandateId, charged: false, mandateUsedUp: true } },
    ]);
  });

  it('tell home what is taken and what was given back', async () => {
    const first = await quoted();
    await station.consent(first.sessionId, first.hash);
    await station.swipe({ connectorId: 2 });
    expect(aaa.neighbours.requests.at(-1)?.held).toEqual({ taken: [mandateId], returned: [] });
    pair.clock.advanceMinutes(16);
    await expireSessions(aaa.parts);
    await station.swipe({ connectorId: 2 });
    expect(aaa.neighbours.requests.at(-1)?.held).toEqual({ taken: [], returned: [mandateId] });
  });

  it('are refused where home keeps giving what is taken here', async () => {
    const first = await quoted();
    await station.consent(first.sessionId, first.hash);
    expect(await station.swipe({ connectorId: 2 })).toMatchObject({
      decision: 'refused',
      reason: 'concurrent_session',
    });
  });
});

describe('a recalled mandate', () => {
  it('ends the quotes under it and cannot be consented under', async () => {
    const { sessionId, hash } = await quoted();
    expect(await recall()).toEqual({ recalled: true });
    expect(await stateOf(sessionId)).toBe('expired');
    expect(await codeOf(station.consent(sessionId, hash))).toBe('quote_expired');
    expect(await recall()).toEqual({ recalled: true });
  });

  it('stays where the driver consented under it', async () => {
    const { sessionId, hash } = await quoted();
    await station.consent(sessionId, hash);
    expect(await recall()).toEqual({ recalled: false });
    expect(await stateOf(sessionId)).toBe('consented');
  });

  it('stays where another utility asks for it', async () => {
    await quoted();
    const asked = aaa.useCases.recallMandate({ mandateId, homeUtility: 'georgia-power' });
    expect(await asked).toEqual({ recalled: false });
  });

  it('is either recalled or consented under, when both come at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      mandateId = systemIds.uuid();
      pseudonym = `ps-${mandateId}`;
      Object.assign(aaa.neighbours, {
        wish: { mandate: { mandateId, pseudonym, singleSession: true, paymentMode: 'prepaid' } },
      });
      station = await StationUnderTest.register(aaa);
      const { sessionId, hash } = await quoted();
      const [code, { recalled }] = await Promise.all([
        codeOf(station.consent(sessionId, hash)),
        recall(),
      ]);
      expect([code, recalled]).toEqual(recalled ? ['quote_expired', true] : [NOT_REFUSED, false]);
      expect(await aaa.isReserved(sessionId)).toBe(!recalled);
    }
  });

  it('that was on its way is given back, and the driver refused', async () => {
    expect(await recall()).toEqual({ recalled: true });
    expect(await station.swipe()).toMatchObject({
      decision: 'refused',
      reason: 'credit_exhausted',
    });
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([{ payload: { mandateId } }]);
  });
});
