import { parseEnergyKwh, parseEnergyWh, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { resolveUtcOffsets } from '@roamgrid/platform';
import type { CdrDocument } from '../records.js';
import { objection, type Objection } from './objection.js';

/** Registers, periods and the billed energy are one and the same energy. */
export function checkEnergy(cdr: CdrDocument): Objection | null {
  let runningMilliWh = parseEnergyWh(cdr.meter.startWh);
  for (const period of cdr.periods) {
    const startMilliWh = parseEnergyWh(period.startWh);
    const endMilliWh = parseEnergyWh(period.endWh);
    const isWhole =
      startMilliWh === runningMilliWh &&
      endMilliWh - startMilliWh === parseEnergyWh(period.energyWh);
    if (!isWhole) return objection('energy_differs', 'a period is not between its readings');
    runningMilliWh = endMilliWh;
  }
  const deliveredMilliWh = runningMilliWh - parseEnergyWh(cdr.meter.startWh);
  return runningMilliWh === parseEnergyWh(cdr.meter.stopWh) &&
    deliveredMilliWh === parseEnergyKwh(cdr.energyKwh)
    ? null
    : objection('energy_differs', 'the periods are not the energy between the registers');
}

/** Periods lie inside the session, one after another. */
export function checkTimes(cdr: CdrDocument): Objection | null {
  let previousMs = parseInstant(cdr.startAt);
  for (const { startAt, endAt } of cdr.periods) {
    const [startMs, endMs] = [parseInstant(startAt), parseInstant(endAt)];
    if (startMs < previousMs || endMs < startMs) {
      return objection('time_differs', 'the periods overlap or begin before the session');
    }
    previousMs = endMs;
  }
  return previousMs <= parseInstant(cdr.endAt)
    ? null
    : objection('time_differs', 'the periods end after the session');
}

/** The station's UTC offsets, resolved again here. Another tz version alone is no objection. */
export function checkUtcOffsets(cdr: CdrDocument): Objection | null {
  try {
    const resolved = resolveUtcOffsets(
      cdr.timeZone,
      parseInstant(cdr.startAt),
      parseInstant(cdr.endAt),
    );
    const same =
      resolved.length === cdr.utcOffsets.length &&
      resolved.every((offset, index) => {
        const claimed = cdr.utcOffsets[index];
        return (
          claimed?.offsetSeconds === offset.offsetSeconds &&
          parseInstant(claimed.from) === parseInstant(offset.from)
        );
      });
    return same ? null : objection('time_differs', 'the UTC offsets of the station differ');
  } catch (error) {
    if (!(error instanceof RoamgridError)) throw error;
    return objection('time_differs', error.message);
  }
}
