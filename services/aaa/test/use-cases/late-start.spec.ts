import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import type { MandateWish } from '../documents.js';
import { StationUnderTest } from '../station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let mandateId: string;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

beforeEach(async () => {
  await aaa.database.query('TRUNCATE sessions CASCADE');
  station = await StationUnderTest.register(aaa);
  aaa.neighbours.verdict = { decision: 'refused', reason: 'consumer_blocked' } as never;
});

/** a driver is shown here under a mandate; then they are nobody's any more */
async function shownOnce(wish: MandateWish['mandate'] = {}): Promise<void> {
  mandateId = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId, pseudonym: `ps-${mandateId}`, ...wish } });
  await station.swipe();
  pair.clock.advanceMinutes(30);
}

async function ended(): Promise<void> {
  aaa.neighbours.held = null;
  await aaa.useCases.endMandate({ mandateId, homeUtility: 'alabama-power' });
  pair.clock.advanceMinutes(60);
}

async function startTold(at: string, offline = true): Promise<string | null> {
  const id = systemIds.uuid();
  const { sessionId } = await station.ocpp201(id, 'started', 0, '1000', { at, offline });
  return sessionId === null ? null : aaa.stateOf(sessionId);
}

describe('a start that is told later', () => {
  it('charges under the mandate that held when it began, though revoked since', async () => {
    await shownOnce();
    const at = pair.clock.at(0);
    await ended();
    expect(await startTold(at)).toBe('charging');
    const [row] = await aaa.database.query<{ mandate_id: string }>(
      "SELECT mandate_id FROM sessions WHERE state = 'charging'",
    );
    expect(row?.mandate_id).toBe(mandateId);
  });

  it('B054: is billed under the off-line policy though its token was revoked before it, and flagged', async () => {
    await shownOnce();
    await ended();
    // the station could not hear of the revocation: an hour later it lets the driver charge by its list
    pair.clock.advanceMinutes(60);
    const id = systemIds.uuid();
    const late = { at: pair.clock.at(0), offline: true };
    const started = await station.ocpp201(id, 'started', 0, '1000', late);
    pair.clock.advanceMinutes(20);
    const told = { at: pair.clock.at(0), offline: true };
    const stopped = await station.ocpp201(id, 'ended', 1, '3000', told);
    expect(stopped.bill).toMatchObject({ totalInclTax: '0.84' });
    const [row] = await aaa.database.query<{ charge: { flags: string[]; consent: unknown } }>(
      `SELECT payload::jsonb -> 'charge' AS charge FROM outbox
        WHERE subject = 'settlement.recordCharge' AND payload::jsonb #>> '{charge,sessionId}' = $1`,
      [started.sessionId],
    );
    // by both home judges the charge and who bears it: the flag, and a consent to what was agreed in advance
    expect(row?.charge.flags).toEqual(['offline']);
    expect(row?.charge.consent).toMatchObject({ document: { channel: 'preAgreed' } });
  });

  it('asks nobody', async () => {
    await shownOnce();
    const at = pair.clock.at(0);
    await ended();
    aaa.neighbours.calls.length = 0;
    await startTold(at);
    expect(aaa.neighbours.calls).toEqual([]);
  });

  it.each<[string, MandateWish['mandate']]>([
    ['was for one session', { singleSession: true }],
    ['had no price agreed in advance', { preAgreedPrice: false }],
    ['ended before it', { notAfter: '2020-01-01T00:00:00Z' }],
  ])('is refused where the mandate %s', async (_name, wish) => {
    await shownOnce(wish);
    const at = pair.clock.at(0);
    await ended();
    expect(await startTold(at)).toBe('refused');
  });

  it('is refused where nothing was granted before it', async () => {
    const at = pair.clock.at(-1);
    await shownOnce();
    await ended();
    expect(await startTold(at)).toBe('refused');
  });

  it('is refused where the station tells it at once', async () => {
    await shownOnce();
    await ended();
    expect(await startTold(pair.clock.at(0), false)).toBe('refused');
  });
});
