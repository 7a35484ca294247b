import { RoamgridError } from '@roamgrid/kernel';
import type { MeteredPeriod, PeriodVolumes, RatingInput } from './metering.js';

function refuse(index: number, message: string): never {
  const path = `periods.${String(index)}`;
  throw new RoamgridError('invalid_metering', `${path}: ${message}`, [{ path, message }]);
}

export function isReservation(period: MeteredPeriod): boolean {
  return period.activity === 'reservation' || period.activity === 'reservationExpired';
}

function checkVolumes(volumes: PeriodVolumes, index: number): void {
  const { chargingSeconds = 0, parkingSeconds = 0, reservationSeconds = 0 } = volumes;
  for (const seconds of [chargingSeconds, parkingSeconds, reservationSeconds]) {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      refuse(index, 'a volume of time must be a whole number of seconds, not negative');
    }
  }
}

/** @throws RoamgridError `invalid_metering` for periods that contradict themselves or each other */
export function checkMetering(input: RatingInput): void {
  let endOfPreviousMs = Number.NEGATIVE_INFINITY;
  for (const [index, period] of input.periods.entries()) {
    if (!Number.isSafeInteger(period.startMs) || !Number.isSafeInteger(period.endMs)) {
      refuse(index, 'an instant must be whole milliseconds');
    }
    if (period.endMs < period.startMs) refuse(index, 'ends before it starts');
    if (period.startMs < endOfPreviousMs) refuse(index, 'starts before the previous one ends');
    if (period.energyMilliWh < 0n) refuse(index, 'energy must not be negative');
    if (isReservation(period) && period.energyMilliWh !== 0n) {
      refuse(index, 'a reservation delivers no energy');
    }
    if (period.volumes !== undefined) {
      if (input.boundaries !== 'asGiven') refuse(index, 'volumes belong to periods as given');
      checkVolumes(period.volumes, index);
    }
    endOfPreviousMs = period.endMs;
  }
}
