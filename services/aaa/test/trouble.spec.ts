import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemIds } from '@roamgrid/platform';
import { chargeOf, startPair, type AaaUnderTest, type Pair } from './aaa-under-test.js';
import { HOME } from './documents.js';
import { StandInNeighbours } from './stand-in-neighbours.js';
import { codeOf, identityOf, StationUnderTest } from './station-under-test.js';

/** Trouble at the station: what a year of charging brings, each with what becomes of the money. */
let pair: Pair;
let aaa: AaaUnderTest;
let station: StationUnderTest;
let tx: string;

beforeAll(async () => {
  pair = await startPair();
  aaa = pair.visited;
});
afterAll(() => pair.stop());

const anotherDriver = async (changes: object = {}): Promise<void> => {
  const id = systemIds.uuid();
  await aaa.neighbours.hold({ mandate: { mandateId: id, pseudonym: `ps-${id}`, ...changes } });
};

beforeEach(async () => {
  station = await StationUnderTest.register(aaa);
  await anotherDriver();
  tx = `tx-${systemIds.uuid().slice(-8)}`;
});

const codes = () => aaa.suspenseCodes(station.stationId);

async function started(transactionId = tx, meterWh = '1000'): Promise<string> {
  const { sessionId } = await station.swipe({ connectorId: null });
  await station.ocpp201(transactionId, 'started', 0, meterWh);
  return sessionId;
}

const handedOver = async () =>
  (await aaa.sent('settlement.recordCharge')).map((sent) => chargeOf(sent));

describe('a driver who declines', () => {
  const decline = (sessionId: string, stationId = station.stationId) =>
    aaa.useCases.decline({ sessionId, stationId, wire: station.wire('decline') });

  it('frees the connector and what was reserved, at once and once', async () => {
    const sessionId = await station.consented();
    expect(await decline(sessionId)).toEqual({ sessionId, state: 'declined' });
    expect(await decline(sessionId)).toEqual({ sessionId, state: 'declined' });
    expect(await aaa.isReserved(sessionId)).toBe(false);
    expect(await codeOf(station.http(sessionId, 'started', '1'))).toBe('quote_expired');
    await station.consented();
  });

  it('gives the credit of a prepaid mandate back to home', async () => {
    await anotherDriver({ singleSession: true, paymentMode: 'prepaid' });
    const { sessionId } = await station.swipe();
    await aaa.sent();
    await decline(sessionId);
    expect(await aaa.sent('aaa.noteEnd')).toMatchObject([
      { to: HOME, payload: { sessionId, charged: false, mandateUsedUp: true } },
    ]);
  });

  it('declines nothing that runs, was refused, or is another station’s', async () => {
    const sessionId = await started();
    expect(await codeOf(decline(sessionId))).toBe('state_conflict');
    const refused = await station.swipe({ identity: { outcome: 'malformed' } });
    expect(await codeOf(decline(refused.sessionId))).toBe('session_refused');
    expect(await codeOf(decline(sessionId, 'NOBODY-1'))).toBe('not_found');
  });
});

describe('an end that nobody wished for', () => {
  it.each([
    ['the cable pulled', 'EVDisconnected'],
    ['an emergency stop', 'EmergencyStop'],
    ['power loss', 'PowerLoss'],
    ['a reboot', 'Reboot'],
    ['a fault', 'GroundFault'],
    ['a stop from afar', 'Remote'],
  ])(
    '%s: what was metered is billed, and the reason stands on the charge',
    async (_what, reason) => {
      await started();
      pair.clock.advanceMinutes(10);
      await aaa.sent();
      const ended = await station.ocpp201(tx, 'ended', 1, '2000', { stopReason: reason });
      expect(ended.bill?.totalInclTax).toBe('0.42');
      expect(await handedOver()).toMatchObject([{ stopReason: reason }]);
    },
  );

  it('power loss: the same transaction goes on after the station came back', async () => {
    await started();
    pair.clock.advanceMinutes(10);
    await station.ocpp201(tx, 'updated', 1, '2000');
    pair.clock.advanceMinutes(120);
    await station.ocpp201(tx, 'updated', 2, '2000', { activity: 'idle' });
    pair.clock.advanceMinutes(10);
    expect((await station.ocpp201(tx, 'ended', 3, '3000')).bill).not.toBeNull();
  });
});

describe('a stop event that was lost', () => {
  /** the first driver's stop never arrives; the next begins half an hour later */
  async function lost(nextMeterWh: string): Promise<string> {
    const sessionId = await started();
    pair.clock.advanceMinutes(10);
    await station.ocpp201(tx, 'updated', 1, '3000');
    pair.clock.advanceMinutes(30);
    await anotherDriver();
    await aaa.sent();
    await started(`${tx}-next`, nextMeterWh);
    return sessionId;
  }

  it('is billed by the register at the next start, flagged, and holds nothing any more', async () => {
    const sessionId = await lost('4000');
    expect(await aaa.stateOf(sessionId)).toBe('ended');
    const sent = await aaa.sent();
    const [charge] = sent
      .filter(({ subject }) => subject === 'settlement.recordCharge')
      .map((one) => chargeOf(one));
    expect(charge).toMatchObject({
      sessionId,
      flags: ['stop_lost'],
      meter: { startWh: '1000', stopWh: '4000' },
      // 1 kWh at 22 kW: no more parking is billed than is proven
      periods: [{ energyWh: '2000' }, { energyWh: '1000' }],
    });
    const lasted = Date.parse(charge?.endAt ?? '') - Date.parse(charge?.periods[1]?.startAt ?? '');
    expect(lasted).toBe(163_637);
    expect(sent.filter(({ subject }) => subject === 'aaa.noteEnd')).toMatchObject([
      { payload: { sessionId, charged: true } },
    ]);
    expect(await aaa.isReserved(sessionId)).toBe(false);
    expect(await codes()).toEqual([]);
  });

  it('is proven by the start of a driver who is refused, too: their energy is not the first one’s', async () => {
    const sessionId = await started();
    pair.clock.advanceMinutes(30);
    Object.assign(aaa.neighbours, {
      held: null,
      verdict: { decision: 'refused', reason: 'consumer_blocked' },
    });
    const refused = await station.ocpp201(`${tx}-refused`, 'started', 0, '3000');
    expect(refused.refusal).toBe('consumer_blocked');
    expect(await aaa.stateOf(sessionId)).toBe('ended');
    const kept = await aaa.parts.store.readSession(sessionId);
    expect(kept?.progress.readings.at(-1)?.meterWh).toBe('3000');
    Object.assign(aaa.neighbours, { verdict: new StandInNeighbours(pair.signers).verdict });
  });

  it('that arrives after all with the same register is answered with the bill', async () => {
    await lost('4000');
    const late = { at: pair.clock.at(-20), offline: true };
    const ended = await station.ocpp201(tx, 'ended', 2, '4000', late);
    expect(ended).toMatchObject({ quarantined: null, bill: { totalInclTax: '1.26' } });
  });

  it('that arrives after all with another register is shown to staff', async () => {
    await lost('4000');
    const ended = await station.ocpp201(tx, 'ended', 2, '3500', { at: pair.clock.at(-20) });
    expect(ended.quarantined).toBe('conflicting_stop');
  });

  it('is not proven by a lower register: the charge waits for its stop', async () => {
    const sessionId = await lost('500');
    expect(await aaa.stateOf(sessionId)).toBe('charging');
    expect(
      (await station.ocpp201(tx, 'ended', 2, '3500', { at: pair.clock.at(-20) })).bill,
    ).not.toBeNull();
  });

  it('with more energy than the connector gives in the time is set aside', async () => {
    const sessionId = await lost('90000');
    expect(await aaa.stateOf(sessionId)).toBe('suspense');
    expect(await codes()).toContain('energy_implausible');
  });
});

describe('a charge without energy or price', () => {
  it('of 0 Wh costs nothing and is a charge all the same', async () => {
    await started();
    pair.clock.advanceMinutes(1);
    await aaa.sent();
    const { bill } = await station.ocpp201(tx, 'ended', 1, '1000', { activity: 'charging' });
    expect(bill?.lines.filter(({ component }) => component === 'ENERGY')).toEqual([]);
    expect(await handedOver()).toHaveLength(1);
  });

  it('that is free is billed with 0.00, as its tariff says', async () => {
    const id = systemIds.uuid();
    const free = { type: 'ENERGY' as const, price: '0', step_size: 1 };
    await aaa.neighbours.hold({
      mandate: { mandateId: id, pseudonym: `ps-${id}` },
      tariff: { elements: [{ price_components: [free] }] },
    });
    await started();
    pair.clock.advanceMinutes(10);
    const { bill } = await station.ocpp201(tx, 'ended', 1, '2000');
    expect(bill).toMatchObject({ totalInclTax: '0.00' });
  });
});

describe('two cards, two stations', () => {
  it('a second card at a connector in use is refused', async () => {
    await station.consented();
    const other = await station.swipe({ identity: identityOf('84000195011000045645') });
    expect(other).toMatchObject({ decision: 'refused', reason: 'connector_occupied' });
  });

  it('parking after full is a state of its own, and charging goes on from it', async () => {
    const sessionId = await started();
    pair.clock.advanceMinutes(30);
    await station.ocpp201(tx, 'updated', 1, '9000', { activity: 'idle' });
    expect(await aaa.stateOf(sessionId)).toBe('idle');
    await station.ocpp201(tx, 'updated', 2, '9000', { at: pair.clock.at(1) });
    expect(await aaa.stateOf(sessionId)).toBe('charging');
  });

  it.each(['vehicle', 'mobileCharger', 'swappedBattery'] as const)(
    'a %s is charged',
    async (kind) => {
      const { sessionId } = await station.swipe(kind === 'vehicle' ? {} : { kind });
      expect((await aaa.parts.store.readSession(sessionId))?.kind).toBe(kind);
    },
  );
});

describe('a station whose clock is wrong', () => {
  const MINUTES: readonly [string, number, boolean, string | null, string[]][] = [
    ['a second ahead', 1 / 60, false, null, []],
    ['five minutes ahead', 5, false, null, []],
    ['five minutes behind', -5, false, null, []],
    ['a day ahead', 24 * 60, false, 'time_ahead', []],
    ['a day behind', -24 * 60, false, null, ['start_before_consent']],
    ['a day behind, told as late', -24 * 60, true, null, ['offline']],
    ['in 1970', -29_000_000, false, 'too_old', []],
  ];
  it.each(MINUTES)('by %s', async (_what, minutes, offline, quarantined, flags) => {
    const sessionId = await station.consented();
    const shift = (more: number) => ({ at: pair.clock.at(minutes + more), offline });
    const begun = await station.http(sessionId, 'started', '1000', shift(0));
    const state = quarantined === null ? 'charging' : 'suspense';
    expect(begun).toMatchObject({ state, quarantined });
    pair.clock.advanceMinutes(10);
    await aaa.sent();
    const ended = await station.http(sessionId, 'ended', '2000', shift(0));
    if (quarantined === null) {
      expect(ended.bill?.totalInclTax).toBe('0.42');
      expect((await handedOver()).map((charge) => charge.flags)).toEqual([flags]);
    } else {
      expect(ended.quarantined).toBe('session_in_suspense');
      expect(await codes()).toContain(quarantined);
      const items = await aaa.suspense(station.stationId);
      const end = items.find(({ code }) => code === 'session_in_suspense');
      expect(end?.evidence.energyWh).toBe('1000');
    }
  });

  it('events of a station that was off-line arrive days later, in any order', async () => {
    const sessionId = await station.consented();
    const start = pair.clock.at(2);
    pair.clock.advanceMinutes(3 * 24 * 60);
    const late = { offline: true };
    await station.http(sessionId, 'started', '1000', { at: start, ...late });
    const at = new Date(Date.parse(start) + 600_000).toISOString();
    await aaa.sent();
    expect((await station.http(sessionId, 'ended', '2000', { at, ...late })).bill).not.toBeNull();
    expect((await handedOver()).map((charge) => charge.flags)).toEqual([['offline']]);
  });
});
