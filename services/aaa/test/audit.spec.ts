import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { PostgresSessionAudit } from '../src/adapters/postgres-session-audit.js';
import { replayChargesWith } from '../src/use-cases/replay-charges.js';
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

describe('a charge made once more from its raw events', () => {
  const replay = () =>
    replayChargesWith({
      storedCharges: (after, limit) => audit.storedCharges(after, limit),
      findStation: (stationId) => aaa.parts.stations.find(stationId),
    })({ after: null, limit: 50 });
  const handedOver = async () => {
    const rows = await aaa.database.query<{ charge: { sessionId: string } }>(
      `SELECT payload::jsonb -> 'charge' AS charge FROM outbox WHERE subject = 'settlement.recordCharge'`,
    );
    return rows.map(({ charge }) => charge);
  };
  const bySession = (charges: readonly { sessionId: string }[]) =>
    [...charges].sort((left, right) => (left.sessionId < right.sessionId ? -1 : 1));

  it('is the one that was handed over, to the byte', async () => {
    const { items, next } = await replay();
    const charges = bySession(items.map(({ charge }) => charge));
    expect(next).toBeNull();
    expect(charges.length).toBeGreaterThan(0);
    const known = new Set(charges.map(({ sessionId }) => sessionId));
    const told = (await handedOver()).filter(({ sessionId }) => known.has(sessionId));
    expect(charges).toEqual(bySession(told));
  });

  it('is another one where an event was changed', async () => {
    const [sessionId] = sessions;
    const change = (from: string, to: string) =>
      aaa.database.query(
        `UPDATE inbox SET event = replace(event::text, $2, $3)::jsonb WHERE session_id = $1`,
        [sessionId, `"meterWh": "${from}"`, `"meterWh": "${to}"`],
      );
    const stopOf = async () =>
      (await replay()).items.find(({ charge }) => charge.sessionId === sessionId)?.charge.meter
        .stopWh;
    expect(await stopOf()).toBe('3000');
    await change('3000', '2999');
    expect(await stopOf()).toBe('2999');
    await change('2999', '3000');
  });
});

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
      'sequenceGapsFlagged',
      `UPDATE inbox SET event = jsonb_set(event::jsonb, '{sequenceNumber}',
         CASE WHEN event ->> 'step' = 'started' THEN '0'::jsonb ELSE '7'::jsonb END) WHERE session_id = $1`,
      `UPDATE inbox SET event = jsonb_set(event::jsonb, '{sequenceNumber}', 'null') WHERE session_id = $1`,
    ],
    [
      'revocationsInForce',
      `UPDATE mandate_use SET closed_at = '2000-01-01' FROM sessions
        WHERE sessions.mandate_id = mandate_use.mandate_id AND session_id = $1`,
      `UPDATE mandate_use SET closed_at = NULL FROM sessions
        WHERE sessions.mandate_id = mandate_use.mandate_id AND session_id = $1`,
    ],
    [
      'mandatesWithinCaps',
      `UPDATE mandate_use SET consumed_minor = consumed_minor + 1000000 FROM sessions
        WHERE sessions.mandate_id = mandate_use.mandate_id AND session_id = $1`,
      `UPDATE mandate_use SET consumed_minor = consumed_minor - 1000000 FROM sessions
        WHERE sessions.mandate_id = mandate_use.mandate_id AND session_id = $1`,
    ],
    [
      'oneConnectionAtATime',
      // the first connection still sends when the second one has been let in
      `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, raw, connection_id)
       SELECT 'fenced', now() + after * interval '1 second', direction, 'ocpp2.0.1', $1::text || after::text, raw,
              ('01a1fe46-7244-779c-93bb-00000000000' || connection)::uuid
         FROM (VALUES (0, 'in', '[connected]', 1), (1, 'out', '[2,"1","Reset",{}]', 1),
                      (2, 'in', '[connected]', 2), (3, 'out', '[2,"2","Reset",{}]', 2),
                      (4, 'out', '[2,"3","Reset",{}]', 1))
           AS frame (after, direction, raw, connection)`,
      `DELETE FROM wire_log WHERE station_id = 'fenced' AND $1::text IS NOT NULL`,
    ],
    [
      'commandsSentOnce',
      `INSERT INTO wire_log (station_id, at, direction, protocol, message_id, action, raw)
       SELECT station, now(), 'out', 'ocpp2.0.1', 'call of ' || $1, 'Reset', '[2,"1","Reset",{}]'
         FROM unnest(ARRAY['A', 'B']) AS station`,
      `DELETE FROM wire_log WHERE message_id = 'call of ' || $1`,
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

  it('names an account that may read what is not its own', async () => {
    const [found] = await aaa.database.query<{ own: string; stranger: string }>(
      `SELECT current_schema() AS own, rolname AS stranger FROM pg_roles
        WHERE rolcanlogin AND NOT rolsuper AND NOT rolcreaterole AND rolname <> current_user LIMIT 1`,
    );
    if (found === undefined) throw new Error('the server has one account only');
    const { own, stranger } = found;
    await aaa.database.query(`GRANT USAGE ON SCHEMA "${own}" TO "${stranger}"`);
    const { breaches } = await audit.check();
    await aaa.database.query(`REVOKE USAGE ON SCHEMA "${own}" FROM "${stranger}"`);
    expect(breaches).toMatchObject([
      { invariant: 'wallsHold', subject: `${stranger} reads ${own}` },
    ]);
    expect((await audit.check()).breaches).toEqual([]);
  });
});
