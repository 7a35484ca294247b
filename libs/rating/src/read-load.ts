import { divideHalfUp, RoamgridError } from '@roamgrid/kernel';
import type { Tariff } from '@roamgrid/tariff';
import type { MeteredPeriod, RatingInput } from './metering.js';

/** Least and greatest current and power of a period, as far as they are known. */
export interface Load {
  readonly minCurrentMilliA?: bigint | undefined;
  readonly maxCurrentMilliA?: bigint | undefined;
  readonly minPowerMilliW?: bigint | undefined;
  readonly maxPowerMilliW?: bigint | undefined;
}

const MS_PER_HOUR = 3_600_000n;
const NO_LOAD: Load = {
  minCurrentMilliA: 0n,
  maxCurrentMilliA: 0n,
  minPowerMilliW: 0n,
  maxPowerMilliW: 0n,
};

function averagePowerMilliW(period: MeteredPeriod): bigint | undefined {
  const lengthMs = BigInt(period.endMs - period.startMs);
  return lengthMs === 0n ? undefined : divideHalfUp(period.energyMilliWh * MS_PER_HOUR, lengthMs);
}

/**
 * What restrictions on current and power are held against. OCPI periods that do not say are not restricted.
 * For periods of our own metering, parking draws nothing, power not measured is the period's average, and
 * an unknown current under a tariff that asks for it leaves the price unknown.
 *
 * @throws RoamgridError `price_unknown`
 */
export function readLoad(period: MeteredPeriod, input: RatingInput): Load {
  if (input.boundaries === 'asGiven') return period;
  const { tariff } = input;
  if (!tariff.restrictsCurrent && !tariff.restrictsPower) return period;
  if (period.activity !== 'charging') return NO_LOAD;
  requireCurrent(period, tariff);
  const averageMilliW = tariff.restrictsPower ? averagePowerMilliW(period) : undefined;
  return {
    minCurrentMilliA: period.minCurrentMilliA ?? period.maxCurrentMilliA,
    maxCurrentMilliA: period.maxCurrentMilliA ?? period.minCurrentMilliA,
    minPowerMilliW: period.minPowerMilliW ?? period.maxPowerMilliW ?? averageMilliW,
    maxPowerMilliW: period.maxPowerMilliW ?? period.minPowerMilliW ?? averageMilliW,
  };
}

function requireCurrent(period: MeteredPeriod, tariff: Tariff): void {
  const known = period.minCurrentMilliA ?? period.maxCurrentMilliA;
  if (tariff.restrictsCurrent && known === undefined) {
    throw new RoamgridError('price_unknown', 'the price follows the current, which is not known');
  }
}
