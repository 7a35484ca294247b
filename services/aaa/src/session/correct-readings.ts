import type { MeterCorrection } from '@roamgrid/contracts';
import { parseEnergyWh, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { inOrder, judgeReadings } from './metering.js';
import type { SessionReading } from './session.js';

/**
 * The readings of a charge whose first and last are those that staff found to be true; of what the station
 * told in between, all that fits these two and itself stays, as evidence of when the energy flowed.
 *
 * @throws RoamgridError `unprocessable` for an end before its start or a register that falls
 */
export function correctReadings(
  told: readonly SessionReading[],
  correction: MeterCorrection,
): SessionReading[] {
  const [startMs, endMs] = [parseInstant(correction.startAt), parseInstant(correction.endAt)];
  const [startMilliWh, stopMilliWh] = [
    parseEnergyWh(correction.startWh),
    parseEnergyWh(correction.stopWh),
  ];
  const refuse = (path: string, message: string): RoamgridError =>
    new RoamgridError('unprocessable', 'the correction contradicts itself', [
      { path: `correction.${path}`, message },
    ]);
  if (endMs <= startMs) throw refuse('endAt', 'is not after startAt');
  if (startMilliWh < 0n) throw refuse('startWh', 'is negative');
  if (stopMilliWh < startMilliWh) throw refuse('stopWh', 'is below startWh');
  const known = [
    readingAt(correction.startAt, correction.startWh),
    readingAt(correction.endAt, correction.stopWh),
  ];
  const between = told.filter(({ at }) => {
    const atMs = parseInstant(at);
    return atMs > startMs && atMs < endMs;
  });
  return inOrder(judgeReadings(between, { known, notBeforeMs: startMs, nowMs: endMs }).accepted);
}

const readingAt = (at: string, meterWh: string): SessionReading => ({
  at,
  meterWh,
  powerW: null,
  stateOfChargePercent: null,
  activity: 'charging',
});
