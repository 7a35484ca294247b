import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { StationUnderTest } from './station-under-test.js';

let pair: Pair;
let aaa: AaaUnderTest;
beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

interface Charge {
  readonly station: StationUnderTest;
  readonly sessionId: string;
}

async function charging(): Promise<Charge> {
  const station = await StationUnderTest.register(aaa);
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
  const sessionId = await station.consented();
  await station.http(sessionId, 'started', '1000');
  return { station, sessionId };
}

async function inTurn<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

const keptEvents = async ({ sessionId }: Charge): Promise<number> =>
  (
    await aaa.database.query(
      `SELECT 1 FROM inbox WHERE session_id = $1 AND event->>'step' = 'updated'`,
      [sessionId],
    )
  ).length;

async function registersOf({ sessionId }: Charge): Promise<string[]> {
  const session = await aaa.parts.store.readSession(sessionId);
  return (session?.progress.readings ?? []).map(({ meterWh }) => meterWh);
}

describe('meter events of many charges at once', () => {
  it('are committed together, each before its station is answered', async () => {
    const charges = await inTurn(24, charging);
    pair.clock.advanceMinutes(1);
    await aaa.sent();
    const transactions = jest.spyOn(aaa.database, 'transaction');
    const replies = await Promise.all(
      charges.map(async (charge, index) => {
        const { station, sessionId } = charge;
        const reply = await station.http(sessionId, 'updated', String(1_100 + index));
        expect(await keptEvents(charge)).toBe(1);
        return reply;
      }),
    );
    expect(transactions.mock.calls.length).toBeLessThan(6);
    transactions.mockRestore();
    expect(replies.map(({ energyKwh }) => energyKwh)).toEqual(
      charges.map((_, index) => `0.${String(100 + index)}`),
    );
    expect(replies.every(({ runningCost }) => runningCost !== null)).toBe(true);
    const told = await aaa.sent('portal.project');
    expect(new Set(told.map(({ payload }) => payload['id']))).toEqual(
      new Set(charges.map(({ sessionId }) => sessionId)),
    );
    for (const { payload } of told) {
      expect(payload['steps']).toEqual([expect.objectContaining({ step: 'meter' })]);
    }
  });

  it('of one charge are taken in the order of their calls', async () => {
    const charge = await charging();
    const registers = Array.from({ length: 9 }, (_, index) => String(1_010 + index * 10));
    pair.clock.advanceMinutes(10);
    const replies = await Promise.all(
      registers.map((meterWh, index) =>
        charge.station.http(charge.sessionId, 'updated', meterWh, {
          at: pair.clock.at(index - 9),
        }),
      ),
    );
    expect(replies.map(({ quarantined }) => quarantined)).toEqual(registers.map(() => null));
    expect(replies.map(({ energyKwh }) => energyKwh)).toEqual(
      registers.map((_, index) => `0.0${String((index + 1) * 10)}`),
    );
    expect(await registersOf(charge)).toEqual(['1000', ...registers]);
  });

  it('delivered twice at once are kept once and answered the same', async () => {
    const charge = await charging();
    pair.clock.advanceMinutes(1);
    const send = () => charge.station.http(charge.sessionId, 'updated', '1200');
    const [first, ...others] = await Promise.all([send(), send(), send()]);
    expect(others).toEqual([first, first]);
    expect(await send()).toEqual(first);
    expect(await keptEvents(charge)).toBe(1);
    expect(await registersOf(charge)).toEqual(['1000', '1200']);
  });

  it('that contradict their charge are set aside by themselves, and the others are kept', async () => {
    const [good, falling] = [await charging(), await charging()];
    pair.clock.advanceMinutes(1);
    const [kept, setAside] = await Promise.all([
      good.station.http(good.sessionId, 'updated', '1300'),
      falling.station.http(falling.sessionId, 'updated', '900'),
    ]);
    expect(kept.quarantined).toBeNull();
    expect(setAside.quarantined).toBe('register_falls');
    expect(await aaa.suspenseCodes(falling.station.stationId)).toEqual(['register_falls']);
    expect(await registersOf(falling)).toEqual(['1000']);
    expect(await keptEvents(falling)).toBe(1);
  });

  it('that cannot be written keep no other out', async () => {
    const [good, bad] = [await charging(), await charging()];
    pair.clock.advanceMinutes(1);
    const [kept, refused] = await Promise.allSettled([
      good.station.http(good.sessionId, 'updated', '1300'),
      bad.station.http(bad.sessionId, 'updated', '1300', {
        wire: bad.station.wire('updated', 'a zero \0 byte'),
      }),
    ]);
    expect([kept.status, refused.status]).toEqual(['fulfilled', 'rejected']);
    expect([await keptEvents(good), await keptEvents(bad)]).toEqual([1, 0]);
    expect(await registersOf(bad)).toEqual(['1000']);
  });

  it('wait for nobody: while another holds the charge, its event waits for that one alone', async () => {
    const [free, held] = [await charging(), await charging()];
    pair.clock.advanceMinutes(1);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let mark = (): void => undefined;
    const locked = new Promise<void>((resolve) => {
      mark = resolve;
    });
    const holder = aaa.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM sessions WHERE session_id = $1 FOR UPDATE', [held.sessionId]);
      mark();
      await released;
    });
    await locked;
    const waiting = held.station.http(held.sessionId, 'updated', '1400');
    const reply = await free.station.http(free.sessionId, 'updated', '1300');
    expect(reply.energyKwh).toBe('0.300');
    release();
    await holder;
    expect((await waiting).energyKwh).toBe('0.400');
    expect(await registersOf(held)).toEqual(['1000', '1400']);
  });
});
