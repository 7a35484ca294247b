import {
  divideUp,
  RoamgridError,
  type EnergyMilliWh,
  type InstantMs,
  type RoundingPolicy,
  toSafeInteger,
} from '@roamgrid/kernel';
import type { Tariff } from '@roamgrid/tariff';
import type { UtcOffset } from './metering.js';
import { rate } from './rate.js';
import type { Rating } from './rating.js';

const MILLI_W_PER_W = 1_000n;
const MS_PER_HOUR_PER_MILLI = 3_600n;

/** A charge that has not happened. */
export interface EstimateInput {
  readonly energyMilliWh: EnergyMilliWh;
  readonly startMs: InstantMs;
  /** constant over the whole charge */
  readonly powerW: bigint;
  readonly utcOffsets: readonly UtcOffset[];
  readonly rounding: RoundingPolicy;
  /** needed only where the tariff has current restrictions */
  readonly currentMilliA?: bigint;
}

/**
 * What a charge at constant power would cost: one charging period, no parking, no reservation.
 *
 * @throws RoamgridError `invalid_metering`, `price_unknown`
 */
export function estimate(tariff: Tariff, input: EstimateInput): Rating {
  const { energyMilliWh, startMs, powerW, currentMilliA } = input;
  if (powerW <= 0n) throw new RoamgridError('invalid_metering', 'the power must be positive');
  const lengthMs = divideUp(energyMilliWh * MS_PER_HOUR_PER_MILLI, powerW);
  const powerMilliW = powerW * MILLI_W_PER_W;
  return rate({
    tariff,
    utcOffsets: input.utcOffsets,
    rounding: input.rounding,
    boundaries: 'splitAtTariffBoundaries',
    periods: [
      {
        startMs,
        endMs: startMs + toSafeInteger(lengthMs),
        energyMilliWh,
        activity: 'charging',
        minPowerMilliW: powerMilliW,
        maxPowerMilliW: powerMilliW,
        ...(currentMilliA === undefined
          ? {}
          : { minCurrentMilliA: currentMilliA, maxCurrentMilliA: currentMilliA }),
      },
    ],
  });
}
