import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
import { codeOf, StationUnderTest } from '../station-under-test.js';

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
  station = await StationUnderTest.register(aaa);
  await hold('home');
});

/** a mandate of 10 kWh and 9.00 */
async function hold(beyondCreditBorneBy: 'home' | 'visited'): Promise<void> {
  mandateId = systemIds.uuid();
  await aaa.neighbours.hold({
    mandate: {
      mandateId,
      pseudonym: `ps-${mandateId}`,
      energyCapKwh: '10',
      moneyCap: { currency: 'USD', amount: '9.00' },
      beyondCreditBorneBy,
    },
  });
}

/** A charge of an hour. @returns its session */
async function charged(toWh: string, fromWh = '1000'): Promise<string> {
  const sessionId = await station.consented();
  await station.http(sessionId, 'started', fromWh);
  pair.clock.advanceMinutes(60);
  await station.http(sessionId, 'ended', toWh);
  return sessionId;
}

async function use(): Promise<[energyMilliWh: bigint, minor: bigint] | null> {
  const [row] = await aaa.database.query<{ energy: bigint; minor: bigint }>(
    `SELECT consumed_energy_milli_wh AS energy, consumed_minor AS minor FROM mandate_use
      WHERE mandate_id = $1`,
    [mandateId],
  );
  return row === undefined ? null : [row.energy, row.minor];
}

interface Use {
  readonly energyKwh: string;
  readonly amount: string;
}

const correct = (
  sessionId: string,
  takenBack: Use,
  replacedBy: Use,
  cdrCreditId = systemIds.uuid(),
  named = mandateId,
) =>
  aaa.useCases.correctMandateUse({
    ...{ cdrCreditId, sessionId, takenBack, replacedBy },
    mandateId: named,
  });

const NOTHING: Use = { energyKwh: '0', amount: '0' };

describe('what a charge took of its mandate', () => {
  // 4 kWh at 0.40 and 5 % tax are 1.68
  const FOUR: Use = { energyKwh: '4.000', amount: '1.68' };

  it.each<[string, [Use, Use][], [bigint, bigint]]>([
    ['less', [[FOUR, { energyKwh: '1.5', amount: '0.63' }]], [1_500_000n, 63n]],
    ['more', [[FOUR, { energyKwh: '6', amount: '2.52' }]], [6_000_000n, 252n]],
    ['nothing at all', [[FOUR, NOTHING]], [0n, 0n]],
    [
      'less, and then more than that',
      [
        [FOUR, { energyKwh: '1', amount: '0.42' }],
        [
          { energyKwh: '1', amount: '0.42' },
          { energyKwh: '2', amount: '0.84' },
        ],
      ],
      [2_000_000n, 84n],
    ],
  ])('is what its corrected CDR says: %s', async (_what, corrections, after) => {
    const sessionId = await charged('5000');
    expect(await use()).toEqual([4_000_000n, 168n]);
    for (const [takenBack, replacedBy] of corrections) {
      const cdrCreditId = systemIds.uuid();
      await correct(sessionId, takenBack, replacedBy, cdrCreditId);
      // told twice it is booked once
      await correct(sessionId, takenBack, replacedBy, cdrCreditId);
    }
    expect(await use()).toEqual(after);
  });

  it('comes to the same whichever of two corrections is told first', async () => {
    const sessionId = await charged('5000');
    const less: Use = { energyKwh: '1', amount: '0.42' };
    await correct(sessionId, less, { energyKwh: '2', amount: '0.84' });
    await correct(sessionId, FOUR, less);
    expect(await use()).toEqual([2_000_000n, 84n]);
  });

  it('closes a mandate that is spent by it, and tells home', async () => {
    const sessionId = await charged('5000');
    await aaa.sent();
    await correct(sessionId, FOUR, { energyKwh: '10', amount: '4.20' });
    expect(await aaa.sent()).toMatchObject([
      { subject: 'profiles.noteMandateUse', payload: { mandateId, state: 'used_up' } },
      {
        subject: 'aaa.noteEnd',
        payload: { sessionId, mandateId, charged: true, mandateUsedUp: true },
      },
    ]);
    const [row] = await aaa.database.query<{ is_closed: boolean }>(
      'SELECT closed_at IS NOT NULL AS is_closed FROM mandate_use WHERE mandate_id = $1',
      [mandateId],
    );
    expect(row).toEqual({ is_closed: true });
  });

  it('leaves closed what was closed, and gives nothing back of it', async () => {
    const sessionId = await charged('11000');
    expect(await use()).toEqual([10_000_000n, 420n]);
    await aaa.sent();
    await correct(sessionId, { energyKwh: '10', amount: '4.20' }, FOUR);
    expect(await use()).toEqual([4_000_000n, 168n]);
    expect(await aaa.sent('aaa.noteEnd')).toEqual([]);
  });

  it('counts what is billed: energy beyond the caps is nothing of the mandate', async () => {
    await hold('visited');
    await charged('13000');
    expect(await use()).toEqual([10_000_000n, 420n]);
  });

  it('is refused for another mandate, or a charge that is not ours', async () => {
    const sessionId = await charged('5000');
    const call = (id: string, named: string) =>
      codeOf(correct(id, FOUR, NOTHING, systemIds.uuid(), named));
    expect(await call(sessionId, systemIds.uuid())).toBe('not_found');
    expect(await call(systemIds.uuid(), mandateId)).toBe('not_found');
    expect(await use()).toEqual([4_000_000n, 168n]);
  });
});
