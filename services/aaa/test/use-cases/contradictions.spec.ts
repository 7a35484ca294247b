import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { startPair, type AaaUnderTest, type Pair } from '../aaa-under-test.js';
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

/** consented, started at register 1000, metered at 3000 ten minutes later */
async function metered(): Promise<string> {
  const sessionId = await station.consented();
  await station.http(sessionId, 'started', '1000');
  pair.clock.advanceMinutes(10);
  await station.http(sessionId, 'updated', '3000');
  return sessionId;
}

describe('an end that cannot be true', () => {
  it.each([
    ['register_falls', { minutes: 10, meterWh: '2999' }, '2000'],
    ['two_values_at_one_instant', { minutes: 0, meterWh: '3001' }, '2000'],
    ['time_ahead', { minutes: 21, meterWh: '4000' }, '2000'],
    ['time_reversed', { minutes: -11, meterWh: '900' }, '2000'],
    ['too_old', { minutes: -31 * 24 * 60, meterWh: '900' }, '2000'],
    ['register_overflow', { minutes: 10, meterWh: '9007199254740993' }, '2000'],
    ['energy_implausible', { minutes: 10, meterWh: '30000' }, '29000'],
  ])(
    '%s sets the session aside with all it metered',
    async (code, { minutes, meterWh }, energyWh) => {
      const sessionId = await metered();
      const at = pair.clock.at(minutes);
      pair.clock.advanceMinutes(10);
      await aaa.sent();
      const reply = await station.http(sessionId, 'ended', meterWh, { at });
      expect(reply).toMatchObject({
        state: 'suspense',
        bill: null,
        quarantined: code,
        message: 'Charging is over. The bill follows from your utility.',
      });
      expect(await aaa.stateOf(sessionId)).toBe('suspense');
      expect(await aaa.suspense(station.stationId)).toMatchObject([
        { code, state: 'open', evidence: { energyWh } },
      ]);
      const sent = await aaa.sent();
      expect(sent.map(({ subject }) => subject)).not.toContain('settlement.recordCharge');
      expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
        { payload: { sessionId, charged: false } },
      ]);
      expect(await aaa.isReserved(sessionId)).toBe(false);
    },
  );

  it('register_missing where nothing was metered', async () => {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', null);
    pair.clock.advanceMinutes(10);
    const reply = await station.http(sessionId, 'ended', '5000');
    expect(reply.quarantined).toBe('register_missing');
  });

  it('an end without a register is rated up to the last one, and flagged', async () => {
    const sessionId = await metered();
    pair.clock.advanceMinutes(10);
    const { bill } = await station.http(sessionId, 'ended', null);
    expect(bill?.totalInclTax).toBe('0.84');
    const session = await aaa.parts.store.readSession(sessionId);
    expect(session?.progress.flags).toEqual(['stop_register_missing']);
  });

  it('a charge of no length and no energy costs nothing', async () => {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', '1000');
    const { bill, state } = await station.http(sessionId, 'ended', '1000');
    expect({ state, total: bill?.totalInclTax }).toEqual({ state: 'ended', total: '0.00' });
  });
});

describe('a reading that cannot be true', () => {
  it('is set aside by itself; the charge goes on', async () => {
    const sessionId = await metered();
    pair.clock.advanceMinutes(10);
    const reply = await station.http(sessionId, 'updated', '2000');
    expect(reply).toMatchObject({ energyKwh: '2.000', quarantined: 'register_falls' });
    pair.clock.advanceMinutes(10);
    const { bill } = await station.http(sessionId, 'ended', '4000');
    expect(bill?.totalInclTax).toBe('1.26');
    expect(await aaa.suspenseCodes(station.stationId)).toEqual(['register_falls']);
  });

  it('finer than a milliwatt-hour is rounded to one', async () => {
    const sessionId = await metered();
    pair.clock.advanceMinutes(10);
    const reply = await station.http(sessionId, 'updated', '3999.9996');
    expect(reply).toMatchObject({ energyKwh: '3.000', quarantined: null });
  });

  it('after the end changes nothing; energy after the end is shown', async () => {
    const sessionId = await metered();
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'ended', '4000');
    const between = { at: pair.clock.at(-5) };
    expect(await station.http(sessionId, 'updated', '3500', between)).toMatchObject({
      state: 'ended',
      quarantined: null,
    });
    pair.clock.advanceMinutes(10);
    expect(await station.http(sessionId, 'updated', '4500')).toMatchObject({
      quarantined: 'energy_after_end',
    });
    expect(await station.http(sessionId, 'ended', '4600')).toMatchObject({
      quarantined: 'conflicting_stop',
    });
    expect(await station.http(sessionId, 'started', '4600')).toMatchObject({
      quarantined: 'transaction_reused',
    });
  });
});

describe('a start that cannot be true', () => {
  it('lets the station run; the energy is told at its end', async () => {
    const sessionId = await station.consented();
    const ahead = { at: pair.clock.at(11) };
    expect(await station.http(sessionId, 'started', '1000', ahead)).toMatchObject({
      state: 'suspense',
      quarantined: 'time_ahead',
    });
    pair.clock.advanceMinutes(5);
    await station.http(sessionId, 'updated', '2000');
    pair.clock.advanceMinutes(5);
    expect(await station.http(sessionId, 'ended', '5000')).toMatchObject({
      state: 'suspense',
      quarantined: 'session_in_suspense',
    });
    const items = await aaa.suspense(station.stationId);
    const last = items.find(({ code }) => code === 'session_in_suspense');
    expect(items).toHaveLength(2);
    expect(last?.evidence.energyWh).toBe('3000');
    expect(await aaa.isReserved(sessionId)).toBe(false);
  });

  it('a second start of a running charge is set aside', async () => {
    const sessionId = await metered();
    expect(await station.http(sessionId, 'started', '1')).toMatchObject({
      state: 'charging',
      quarantined: 'conflicting_start',
    });
  });
});

describe('a session in suspense from its start', () => {
  async function fallen(): Promise<string> {
    const sessionId = await station.consented();
    await aaa.sent();
    await station.http(sessionId, 'started', '-1');
    return sessionId;
  }

  it('is told to home as such; what it reserved is held until its end', async () => {
    const sessionId = await fallen();
    expect(await aaa.sent('aaa.noteStart')).toMatchObject([
      { payload: { sessionId, inSuspense: true } },
    ]);
    expect(await aaa.isReserved(sessionId)).toBe(true);
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'ended', '2000');
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, charged: false } },
    ]);
    expect(await aaa.isReserved(sessionId)).toBe(false);
  });

  it.each([
    ['between its registers', 1500, 0, []],
    ['beyond the last', 9000, 5, ['energy_after_end']],
  ])('keeps its energy whatever is told late: %s', async (_what, meterWh, minutes, codes) => {
    const sessionId = await fallen();
    pair.clock.advanceMinutes(5);
    expect(await station.http(sessionId, 'updated', '1000')).toMatchObject({ state: 'suspense' });
    const between = pair.clock.at(1);
    pair.clock.advanceMinutes(5);
    const ended = await station.http(sessionId, 'ended', '2000');
    expect(ended).toMatchObject({ state: 'suspense', bill: null });
    const before = await aaa.parts.store.readSession(sessionId);
    pair.clock.advanceMinutes(minutes);
    const at = minutes === 0 ? between : pair.clock.at(0);
    const late = await station.http(sessionId, 'updated', String(meterWh), { at });
    expect(late).toMatchObject({ state: 'suspense', energyKwh: '1.000' });
    expect(await aaa.parts.store.readSession(sessionId)).toEqual(before);
    const known = ['register_falls', 'session_in_suspense'];
    expect((await aaa.suspenseCodes(station.stationId)).sort()).toEqual(
      [...codes, ...known].sort(),
    );
  });

  it.each([
    ['another register', { meterWh: '1000', minutes: 0 }, 'conflicting_duplicate'],
    ['another instant', { meterWh: '-1', minutes: -1 }, 'conflicting_duplicate'],
    ['31 days ago', { meterWh: '1000', minutes: -31 * 24 * 60 }, 'too_old'],
  ])('keeps its first start beside one with %s', async (_what, { meterWh, minutes }, code) => {
    const sessionId = await fallen();
    const again = { at: pair.clock.at(minutes) };
    expect(await station.http(sessionId, 'started', meterWh, again)).toMatchObject({
      state: 'suspense',
      quarantined: code,
    });
    const session = await aaa.parts.store.readSession(sessionId);
    expect(session?.progress.readings).toEqual([]);
    expect((await aaa.suspenseCodes(station.stationId)).sort()).toEqual(
      [code, 'register_falls'].sort(),
    );
  });

  it('answers the energy between registers that stand, and no cost', async () => {
    const sessionId = await fallen();
    const told = [];
    for (const meterWh of ['1000', '3500', '3000']) {
      pair.clock.advanceMinutes(10);
      told.push(await station.http(sessionId, 'updated', meterWh));
    }
    expect(told).toMatchObject([
      { energyKwh: null, runningCost: null },
      { energyKwh: '2.500', runningCost: null },
      { energyKwh: '2.500', runningCost: null },
    ]);
  });
});

describe('a price that is not known', () => {
  it('when the charge ends sets it aside: it is never 0', async () => {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', '1000');
    // a price that follows the current cannot be told from a register
    await aaa.database.query(
      `UPDATE sessions SET terms = jsonb_set(terms::jsonb,
         '{mandate,document,retailTariff,document,tariff,elements,0,restrictions}',
         '{"min_current": 16}') WHERE session_id = $1`,
      [sessionId],
    );
    pair.clock.advanceMinutes(30);
    const metering = await station.http(sessionId, 'updated', '10000');
    expect(metering).toMatchObject({ runningCost: null, energyKwh: '9.000' });
    pair.clock.advanceMinutes(1);
    const reply = await station.http(sessionId, 'ended', '10100');
    expect(reply).toMatchObject({ bill: null, quarantined: 'price_unknown' });
    expect(await aaa.stateOf(sessionId)).toBe('suspense');
  });
});

describe('suspense', () => {
  it('ends by a signed write-off, and the session with its last item', async () => {
    const sessionId = await metered();
    pair.clock.advanceMinutes(10);
    await station.http(sessionId, 'updated', '1500');
    pair.clock.advanceMinutes(1);
    await station.http(sessionId, 'ended', '1600');
    const items = await aaa.database.query<{ id: string }>(
      'SELECT suspense_id::text AS id FROM suspense WHERE station_id = $1 ORDER BY at',
      [station.stationId],
    );
    const resolve = (suspenseId: string) =>
      aaa.useCases.resolveSuspense({
        suspenseId,
        resolution: 'written_off',
        note: 'meter was changed',
        by: 'duke-energy/billing',
        correction: null,
      });
    const [one, two] = items.map(({ id }) => id);
    if (one === undefined || two === undefined) throw new Error('two items were expected');
    await aaa.sent();
    expect(await resolve(one)).toEqual({ suspenseId: one, state: 'written_off' });
    expect(await aaa.stateOf(sessionId)).toBe('suspense');
    await resolve(two);
    expect(await aaa.stateOf(sessionId)).toBe('written_off');
    expect(await codeOf(resolve(two))).toBe('state_conflict');
    expect(await codeOf(resolve('no-such-item'))).toBe('not_found');
    const [view] = await aaa.sent();
    expect(view?.payload['data']).toMatchObject({
      state: 'written_off',
      resolution: { note: 'meter was changed', by: 'duke-energy/billing' },
    });
    const [row] = await aaa.database.query<{ resolution: { signed: never } }>(
      'SELECT resolution FROM suspense WHERE suspense_id::text = $1',
      [one],
    );
    if (row === undefined) throw new Error('no resolution');
    await aaa.parts.verifier.verify(row.resolution.signed, 'duke-energy', 'aaa');
  });

  it('is opened by a refused billing frame', async () => {
    await aaa.useCases.recordFrame({
      stationId: station.stationId,
      direction: 'in',
      wire: { ...station.wire('StopTransaction', '[2,"7","StopTransaction",{}]'), messageId: '7' },
      refusal: { code: 'FormationViolation', billing: true },
      effect: null,
    });
    await aaa.useCases.recordFrame({
      stationId: station.stationId,
      direction: 'in',
      wire: station.wire('BootNotification'),
      refusal: { code: 'FormationViolation', billing: false },
      effect: null,
    });
    expect(await aaa.suspenseCodes(station.stationId)).toEqual(['frame_refused']);
  });

  it('of sessions that overlap on one connector: the first to end is rated', async () => {
    const one = await metered();
    pair.clock.advanceMinutes(10);
    await station.http(one, 'ended', '4000');
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    const two = await station.consented();
    const overlap = { at: pair.clock.at(-5), offline: true };
    await station.http(two, 'started', '4000', overlap);
    pair.clock.advanceMinutes(10);
    expect(await station.http(two, 'ended', '5000')).toMatchObject({
      quarantined: 'sessions_overlap',
    });
    const at = pair.clock.at(0);
    await aaa.neighbours.hold({ mandate: nobodyElse() });
    const three = await station.consented();
    await station.http(three, 'started', '5000', { readings: [reading(at, '5000')] });
    pair.clock.advanceMinutes(10);
    expect(await station.http(three, 'ended', '6000')).toMatchObject({ quarantined: null });
  });
});
