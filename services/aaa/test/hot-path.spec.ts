import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { StationUnderTest } from './station-under-test.js';

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
});

/** Times this service goes to its database: a plain query is one, a transaction is one with one commit. */
async function trips(work: () => Promise<unknown>) {
  const query = jest.spyOn(aaa.database, 'query');
  const transaction = jest.spyOn(aaa.database, 'transaction');
  try {
    await work();
    return { queries: query.mock.calls.length, transactions: transaction.mock.calls.length };
  } finally {
    query.mockRestore();
    transaction.mockRestore();
  }
}

describe('the hot path', () => {
  it('of a driver who is known looks once and commits once', async () => {
    await station.swipe();
    expect(await trips(() => station.swipe({ idempotencyKey: 'k' }))).toEqual({
      queries: 1,
      transactions: 1,
    });
  });

  it('of every later step commits once and looks nowhere else', async () => {
    const { sessionId, quote } = await station.swipe();
    const once = { queries: 0, transactions: 1 };
    expect(await trips(() => station.consent(sessionId, quote?.documentHash ?? ''))).toEqual(once);
    expect(await trips(() => station.http(sessionId, 'started', '1000'))).toEqual(once);
    pair.clock.advanceMinutes(1);
    expect(await trips(() => station.http(sessionId, 'updated', '1100'))).toEqual(once);
    expect(await trips(() => station.http(sessionId, 'ended', '1100'))).toEqual(once);
  });
});
