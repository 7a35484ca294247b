import type { CdrDocument, MeterCorrection } from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatEnergyWh,
  parseEnergyWh,
  parseInstant,
  RoamgridError,
} from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';

type Periods = CdrDocument['periods'];

/** What of a CDR follows from its registers. */
export type CorrectedMetering = Pick<
  CdrDocument,
  'startAt' | 'endAt' | 'meter' | 'periods' | 'energyKwh' | 'utcOffsets' | 'flags'
>;

interface Reading {
  readonly at: string;
  readonly meterWh: string;
}

const contradiction = (path: string, message: string): RoamgridError =>
  new RoamgridError('unprocessable', 'the correction contradicts itself', [
    { path: `correction.${path}`, message },
  ]);

/** @throws RoamgridError `unprocessable`, naming the member */
function checkCorrection({ startAt, endAt, startWh, stopWh }: MeterCorrection): void {
  if (parseInstant(endAt) <= parseInstant(startAt)) {
    throw contradiction('endAt', 'is not after startAt');
  }
  if (parseEnergyWh(startWh) < 0n) throw contradiction('startWh', 'is negative');
  if (parseEnergyWh(stopWh) < parseEnergyWh(startWh)) {
    throw contradiction('stopWh', 'is below startWh');
  }
}

/** Of the readings between the periods those that fit both ends and those before them. */
function readingsBetween(periods: Periods, correction: MeterCorrection): Reading[] {
  const { startAt, endAt, startWh, stopWh } = correction;
  const told = periods.map((period) => ({ at: period.endAt, meterWh: period.endWh }));
  const kept: Reading[] = [{ at: startAt, meterWh: startWh }];
  for (const reading of told) {
    const before = kept.at(-1) ?? reading;
    const isBetween =
      parseInstant(reading.at) > parseInstant(before.at) &&
      parseInstant(reading.at) < parseInstant(endAt) &&
      parseEnergyWh(reading.meterWh) >= parseEnergyWh(before.meterWh) &&
      parseEnergyWh(reading.meterWh) <= parseEnergyWh(stopWh);
    if (isBetween) kept.push(reading);
  }
  return [...kept, { at: endAt, meterWh: stopWh }];
}

function periodsBetween(readings: readonly Reading[]): Periods {
  return readings.slice(1).map((reading, index) => {
    const before = readings[index] ?? reading;
    const energyMilliWh = parseEnergyWh(reading.meterWh) - parseEnergyWh(before.meterWh);
    return {
      startAt: before.at,
      endAt: reading.at,
      startWh: before.meterWh,
      endWh: reading.meterWh,
      energyWh: formatEnergyWh(energyMilliWh),
      activity: energyMilliWh === 0n ? 'parking' : 'charging',
    };
  });
}

/**
 * The metering of a charge between the registers and instants that staff found to be true, flagged
 * `corrected`. What the station told in between stays where it fits: it says when the energy flowed.
 *
 * @throws RoamgridError `unprocessable` for a correction that contradicts itself
 */
export function correctMetering(cdr: CdrDocument, correction: MeterCorrection): CorrectedMetering {
  checkCorrection(correction);
  const { startAt, endAt, startWh, stopWh } = correction;
  return {
    startAt,
    endAt,
    meter: { ...cdr.meter, startWh, stopWh },
    periods: periodsBetween(readingsBetween(cdr.periods, correction)),
    energyKwh: formatEnergyKwh(parseEnergyWh(stopWh) - parseEnergyWh(startWh)),
    utcOffsets: [...resolveUtcOffsets(cdr.timeZone, parseInstant(startAt), parseInstant(endAt))],
    flags: [...new Set([...cdr.flags, 'corrected'])],
  };
}
