import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { codeOf, StationUnderTest } from './station-under-test.js';

/** Bad input by its id in docs/bad-input.md: transactions and meters that contradict themselves. */
let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let tx: string;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

const anotherDriver = async (): Promise<void> => {
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}` } });
};

beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  await anotherDriver();
  tx = `tx-${systemIds.uuid().slice(-8)}`;
});

const codes = () => aaa.suspenseCodes(station.stationId);

/** a whole charge of a new driver over OCPP 2.0.1; its last answer */
async function charge(from: string, to: string, transactionId = tx) {
  await anotherDriver();
  await station.swipe({ connectorId: null });
  await station.ocpp201(transactionId, 'started', 0, from);
  pair.clock.advanceMinutes(10);
  const ended = await station.ocpp201(transactionId, 'ended', 1, to);
  pair.clock.advanceMinutes(1);
  return ended;
}

async function started(): Promise<void> {
  await station.swipe({ connectorId: null });
  await station.ocpp201(tx, 'started', 0, '1000');
  pair.clock.advanceMinutes(10);
}

const flagsHandedOver = async () =>
  (await aaa.sent('settlement.recordCharge')).map((sent) => chargeOf(sent).flags);

describe('7b, events', () => {
  it('B030 the same event again has one effect and one answer', async () => {
    await started();
    const at = pair.clock.at(0);
    await aaa.sent();
    const first = await station.ocpp201(tx, 'ended', 1, '2000', { at });
    expect(await station.ocpp201(tx, 'ended', 1, '2000', { at })).toEqual(first);
    expect(await aaa.sent('settlement.recordCharge')).toHaveLength(1);
    expect(await codes()).toEqual([]);
  });

  it('B031 the same sequence number with other content: the first stays', async () => {
    await started();
    await station.ocpp201(tx, 'updated', 1, '2000');
    const other = await station.ocpp201(tx, 'updated', 1, '2500');
    expect(other.quarantined).toBe('conflicting_duplicate');
    expect(await codes()).toEqual(['conflicting_duplicate']);
  });

  it('B033 ended twice with another meter value: the first stays', async () => {
    const first = await charge('1000', '2000');
    const second = await station.ocpp201(tx, 'ended', 2, '9000');
    expect(second).toMatchObject({ quarantined: 'conflicting_stop', bill: null });
    expect(first.bill?.totalInclTax).toBe('0.42');
  });

  it('B034 a gap is flagged and billed by the registers', async () => {
    await started();
    await station.ocpp201(tx, 'updated', 1, '1500');
    pair.clock.advanceMinutes(1);
    await aaa.sent();
    const ended = await station.ocpp201(tx, 'ended', 4, '2000');
    expect(ended.bill?.totalInclTax).toBe('0.42');
    expect(await flagsHandedOver()).toEqual([['sequence_gap']]);
    expect(await codes()).toEqual([]);
  });

  it('B034 a gap that was filled before the end is none', async () => {
    await started();
    const [first, second] = [pair.clock.at(-2), pair.clock.at(-1)];
    await station.ocpp201(tx, 'updated', 2, '1500', { at: second });
    await station.ocpp201(tx, 'updated', 1, '1300', { at: first });
    await aaa.sent();
    await station.ocpp201(tx, 'ended', 3, '2000');
    expect(await flagsHandedOver()).toEqual([[]]);
  });

  it('B034 a gap of a thousand is shown to staff as well', async () => {
    await started();
    await station.ocpp201(tx, 'updated', 1000, '1500');
    expect(await codes()).toEqual(['sequence_jump']);
    pair.clock.advanceMinutes(1);
    await aaa.sent();
    const ended = await station.ocpp201(tx, 'ended', 1001, '2000');
    expect(ended.bill?.totalInclTax).toBe('0.42');
    expect(await flagsHandedOver()).toEqual([['sequence_gap']]);
    expect(await codes()).toEqual(['sequence_jump']);
  });

  it.each([-1, 2 ** 31])('B034 the sequence number %d is set aside', async (sequence) => {
    await started();
    const metered = await station.ocpp201(tx, 'updated', sequence, '1500');
    expect(metered.quarantined).toBe('sequence_invalid');
    await anotherDriver();
    const begun = await station.ocpp201(`${tx}-2`, 'started', sequence, '1500', { connectorId: 2 });
    expect(begun).toMatchObject({ state: 'suspense', quarantined: 'sequence_invalid' });
  });

  it('B034 an end with a sequence number that cannot be sets the session aside', async () => {
    await started();
    const ended = await station.ocpp201(tx, 'ended', -1, '2000');
    expect(ended).toMatchObject({ quarantined: 'sequence_invalid', bill: null });
    const [item] = await aaa.suspense(station.stationId);
    expect(item?.evidence.energyWh).toBe('1000');
  });

  it('B035 a transaction of another station is not touched', async () => {
    await started();
    const other = await StationUnderTest.register(aaa);
    const ended = await other.ocpp201(tx, 'ended', 1, '2000');
    expect(ended).toMatchObject({ sessionId: null, quarantined: 'start_missing' });
    expect(await aaa.suspenseCodes(other.stationId)).toEqual(['start_missing']);
    expect((await station.ocpp201(tx, 'ended', 1, '2000')).bill).not.toBeNull();
  });

  it.each([
    ['under the same sequence numbers', 0],
    ['under new ones', 2],
  ])('B036 a transaction id used again after its end, %s', async (_how, first) => {
    await charge('1000', '2000');
    await anotherDriver();
    await aaa.sent();
    const again = await station.ocpp201(tx, 'started', first, '2000');
    expect(again).toMatchObject({
      refusal: 'credential_rejected',
      quarantined: 'transaction_reused',
    });
    pair.clock.advanceMinutes(10);
    await station.ocpp201(tx, 'updated', first + 1, '2600');
    const ended = await station.ocpp201(tx, 'ended', first + 2, '2900');
    expect(ended).toMatchObject({ quarantined: 'transaction_reused', bill: null });
    expect(await flagsHandedOver()).toEqual([]);
    const items = await aaa.suspense(station.stationId);
    expect(new Set(items.map(({ code }) => code))).toEqual(new Set(['transaction_reused']));
    expect(items.map(({ evidence }) => evidence.energyWh).sort()).toEqual(['0', '0', '900']);
  });

  it.each(['-1', '0', '99999'])('B037 a stop of transaction %s ends nobody else', async (id) => {
    await started();
    const stopped = await station.record({
      step: 'ended',
      transactionId: id,
      naturalKey: `ocpp1.6:stop:${id}`,
      payloadHash: 'e'.repeat(64),
    });
    expect(stopped.quarantined).toBe('start_missing');
    expect((await station.ocpp201(tx, 'ended', 1, '2000')).bill).not.toBeNull();
  });

  it('B038 one card at two stations: the second is refused', async () => {
    await started();
    const other = await StationUnderTest.register(aaa);
    const second = await other.ocpp201(tx, 'started', 0, '1000');
    expect(second).toMatchObject({ state: 'refused', refusal: 'concurrent_session' });
  });
});

describe('7b, meters', () => {
  it.each<[string, { meterWh?: string; minutes?: number }, string]>([
    ['B040 a stop below the start', { meterWh: '999' }, 'register_falls'],
    ['B044 more than a meter holds', { meterWh: '9007199254740993' }, 'register_overflow'],
    ['B045 one watt-hour below nothing', { meterWh: '-1' }, 'register_falls'],
    ['B048 two values for one instant', { minutes: -10 }, 'two_values_at_one_instant'],
    ['B052 a stop ten years on', { minutes: 10 * 365 * 24 * 60 }, 'time_ahead'],
    ['B052 a stop before the start', { minutes: -20 }, 'time_reversed'],
  ])('%s', async (_what, { meterWh = '2000', minutes = 0 }, code) => {
    await started();
    const at = pair.clock.at(minutes);
    const ended = await station.ocpp201(tx, 'ended', 1, meterWh, { at });
    expect(ended).toMatchObject({ quarantined: code, bill: null, state: 'suspense' });
  });

  it('B041 a start below the last stop on its connector is flagged and shown', async () => {
    await charge('1000', '4000');
    await aaa.sent();
    const next = await charge('500', '1500', `${tx}-next`);
    expect(next.bill?.totalInclTax).toBe('0.42');
    expect(await flagsHandedOver()).toEqual([['meter_rollback']]);
    expect(await codes()).toEqual(['meter_rollback']);
  });

  it('B041 not after the meter was changed, nor on another connector', async () => {
    await charge('1000', '4000');
    await aaa.registerStation(station.stationId, [1, 2], 'M-2');
    await charge('5', '1005', `${tx}-next`);
    expect(await codes()).toEqual([]);
  });

  it('B047 an end without an import register', async () => {
    await station.swipe({ connectorId: null });
    await station.ocpp201(tx, 'started', 0, null);
    expect((await station.ocpp201(tx, 'ended', 1, null)).quarantined).toBe('register_missing');
  });

  it('B048 a sample that falls is set aside; the registers at both ends rule', async () => {
    await started();
    await station.ocpp201(tx, 'updated', 1, '1900');
    pair.clock.advanceMinutes(1);
    const fallen = await station.ocpp201(tx, 'updated', 2, '1800');
    expect(fallen.quarantined).toBe('register_falls');
    pair.clock.advanceMinutes(1);
    expect((await station.ocpp201(tx, 'ended', 3, '2000')).bill?.totalInclTax).toBe('0.42');
  });

  it('B052 a start a day ahead lets the station run and is set aside', async () => {
    await station.swipe({ connectorId: null });
    const at = pair.clock.at(24 * 60);
    const begun = await station.ocpp201(tx, 'started', 0, '1000', { at });
    expect(begun).toMatchObject({ state: 'suspense', quarantined: 'time_ahead' });
  });
});

describe('a reading after the end', () => {
  it('is answered with what the charge came to', async () => {
    const sessionId = await station.consented();
    await station.http(sessionId, 'started', '1000');
    pair.clock.advanceMinutes(10);
    const at = pair.clock.at(-5);
    await station.http(sessionId, 'ended', '2000');
    expect(await station.http(sessionId, 'updated', '1500', { at })).toMatchObject({
      energyKwh: '1.000',
      runningCost: { currency: 'USD', totalInclTax: '0.42' },
      stop: null,
      quarantined: null,
    });
  });
});

describe('a station id', () => {
  it('that another utility has is refused, and free again for it', async () => {
    aaa.neighbours.takenIds.add('ALA-BHM-001');
    expect(await codeOf(aaa.registerStation('ALA-BHM-001'))).toBe('state_conflict');
    expect(await aaa.useCases.isStationIdTaken({ stationId: 'ALA-BHM-001' })).toEqual({
      taken: false,
    });
    aaa.neighbours.takenIds.clear();
    await aaa.registerStation('ALA-BHM-001');
    expect(await aaa.useCases.isStationIdTaken({ stationId: 'ALA-BHM-001' })).toEqual({
      taken: true,
    });
  });

  it('being registered twice at once is registered at most once', async () => {
    const stationId = 'DUKE-TWICE-1';
    const { visited, home } = pair;
    const ask = (other: AaaUnderTest) => async (_utility: string, id: string) =>
      (await other.useCases.isStationIdTaken({ stationId: id })).taken;
    visited.neighbours.isStationIdTaken = ask(home);
    home.neighbours.isStationIdTaken = ask(visited);
    const outcomes = await Promise.all(
      [visited, home].map((each) =>
        each.registerStation(stationId).then(
          () => 'registered',
          (error: unknown) => String(error),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'registered').length).toBeLessThanOrEqual(1);
    const again = await codeOf(home.registerStation(stationId));
    const here = await visited.useCases.isStationIdTaken({ stationId });
    expect([again, here.taken]).toEqual(here.taken ? ['state_conflict', true] : [again, false]);
  });
});
