import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { PostgresSessionAudit } from '../src/adapters/postgres-session-audit.js';
import { startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { StationUnderTest } from './station-under-test.js';

/** Each invariant of sessions is broken on purpose, by hand in the tables, and the audit names it. */
let pair: Pair;
let aaa: AaaUnderTest;
let audit: PostgresSessionAudit;
let sessions: string[];

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
  audit = new PostgresSessionAudit(aaa.database);
  const station = await StationUnderTest.register(aaa, [1]);
  sessions = [];
  for (const from of [1_000, 3_000]) {
    const id = systemIds.uuid();
    await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', String(from));
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'ended', String(from + 2_000));
    pair.clock.advanceMinutes(1);
    sessions.push(sessionId);
  }
  await aaa.database.query('UPDATE outbox SET delivered_at = now()');
});
afterAll(() => pair.stop());

const SET_ASIDE = `INSERT INTO suspense (suspense_id, at, station_id, session_id, transaction_id, code, detail, evidence, state)
  VALUES ('01a1fe46-7244-779c-93bb-000000000000', now(), 'S', $1, 'T', 'register_falls', '', '{}', 'open')`;

describe('the audit of sessions', () => {
  it('finds nothing wrong, and lists each charge that was handed over', async () => {
    const { checked, breaches } = await audit.check();
    expect(breaches).toEqual([]);
    expect(checked).toMatchObject({ eventsAccountedFor: 4 });
    const charges = await audit.endedCharges(null, 10);
    expect(charges.map(({ sessionId }) => sessionId)).toEqual([...sessions].sort());
    expect(charges.map(({ energyKwh }) => energyKwh)).toEqual(['2.000', '2.000']);
    expect(await audit.endedCharges(charges[0]?.sessionId ?? null, 10)).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    [
      'eventsAccountedFor',
      `UPDATE inbox SET session_id = NULL WHERE session_id = $1`,
      `UPDATE inbox SET session_id = $1 WHERE session_id IS NULL`,
    ],
    [
      'suspenseNeverLost',
      `UPDATE sessions SET state = 'suspense' WHERE session_id = $1`,
      `UPDATE sessions SET state = 'ended' WHERE session_id = $1`,
    ],
    [
      'reservationsReleased',
      `INSERT INTO reservations SELECT $1, mandate_id, 1, 1 FROM mandate_use LIMIT 1`,
      `DELETE FROM reservations WHERE session_id = $1`,
    ],
    [
      'refusalsHaveReason',
      `UPDATE sessions SET state = 'refused' WHERE session_id = $1`,
      `UPDATE sessions SET state = 'ended' WHERE session_id = $1`,
    ],
    [
      'quotesExpire',
      `UPDATE sessions SET state = 'quoted', expires_at = now() - interval '1 hour' WHERE session_id = $1`,
      `UPDATE sessions SET state = 'ended', expires_at = NULL WHERE session_id = $1`,
    ],
    [
      'outboxEmpties',
      `UPDATE outbox SET delivered_at = NULL, created_at = now() - interval '1 hour' WHERE payload ->> 'sessionId' = $1`,
      `UPDATE outbox SET delivered_at = now() WHERE payload ->> 'sessionId' = $1`,
    ],
  ])('names a breach of %s', async (invariant, plant, undo) => {
    const [sessionId] = sessions;
    await aaa.database.query(plant, [sessionId]);
    const { breaches } = await audit.check();
    await aaa.database.query(undo, [sessionId]);
    expect(breaches.map((breach) => breach.invariant)).toEqual(expect.arrayContaining([invariant]));
    expect((await audit.check()).breaches).toEqual([]);
  });

  it('names a meter that reads less than at the end of the charge before', async () => {
    const serial = (text: string) =>
      aaa.database.query(
        `UPDATE sessions SET progress = progress::jsonb || jsonb_build_object('meterSerial', $1::text)`,
        [text],
      );
    await serial('METER-1');
    expect((await audit.check()).breaches).toEqual([]);
    await aaa.database.query(
      `UPDATE sessions SET progress = jsonb_set(progress::jsonb, '{readings,0,meterWh}', '"2999"') WHERE session_id = $1`,
      [sessions[1]],
    );
    expect((await audit.check()).breaches).toMatchObject([
      { invariant: 'registersNeverFall', subject: sessions[1] },
    ]);
    await aaa.database.query(
      `UPDATE sessions SET progress = jsonb_set(progress::jsonb, '{readings,0,meterWh}', '"3000"') WHERE session_id = $1`,
      [sessions[1]],
    );
  });

  it('a session in suspense with its item is no breach', async () => {
    const [sessionId] = sessions;
    await aaa.database.query(SET_ASIDE, [sessionId]);
    await aaa.database.query(`UPDATE sessions SET state = 'suspense' WHERE session_id = $1`, [
      sessionId,
    ]);
    expect((await audit.check()).breaches).toEqual([]);
  });
});
