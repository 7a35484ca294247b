import { parseEnergyWh, parseInstant, type RoundingPolicy } from '@roamgrid/kernel';
import { parseTariff, type TariffDocument } from '@roamgrid/tariff';
import type { RatingInput } from './metering.js';

/** A metered charge as documents carry it: everything a rating needs, as text. */
export interface ChargeMetering {
  readonly periods: readonly {
    readonly startAt: string;
    readonly endAt: string;
    readonly energyWh: string;
    readonly activity: 'charging' | 'parking';
  }[];
  readonly utcOffsets: readonly { readonly from: string; readonly offsetSeconds: number }[];
}

/**
 * The rating input of a charge: the same for the station's bill, the visited utility's CDR, home's
 * re-rating and an auditor.
 *
 * @throws RoamgridError `invalid_tariff`, `malformed_instant`, `malformed_decimal`
 */
export function ratingInputOf(
  tariff: TariffDocument,
  metering: ChargeMetering,
  rounding: RoundingPolicy,
): RatingInput {
  return {
    tariff: parseTariff(tariff),
    periods: metering.periods.map((period) => ({
      startMs: parseInstant(period.startAt),
      endMs: parseInstant(period.endAt),
      energyMilliWh: parseEnergyWh(period.energyWh),
      activity: period.activity,
    })),
    utcOffsets: metering.utcOffsets.map(({ from, offsetSeconds }) => ({
      from: parseInstant(from),
      offsetSeconds,
    })),
    rounding,
    boundaries: 'splitAtTariffBoundaries',
  };
}
