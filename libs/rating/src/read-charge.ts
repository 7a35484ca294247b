import { parseEnergyKwh, parseEnergyWh, parseInstant, type RoundingPolicy } from '@roamgrid/kernel';
import { parseTariff, type TariffDocument } from '@roamgrid/tariff';
import type { RatingInput } from './metering.js';
import { periodsBefore } from './rate-up-to.js';

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

/** A charge with what says how much of it home pays for. */
export interface ChargeUnderMandate extends ChargeMetering {
  /** delivered beyond the mandate's credit, and billed to nobody */
  readonly unbilledEnergyKwh: string;
  readonly mandate: {
    readonly document: { readonly beyondCreditBorneBy?: 'home' | 'visited' | undefined };
  };
}

/**
 * The rating input of what home owes visited. Where visited bears what lies beyond the credit, the charge
 * ends, for this rating, with the last energy that the credit paid for. Everything it needs stands in the
 * CDR, so that home, an auditor and a contract cut at the same place.
 *
 * @throws RoamgridError as {@link ratingInputOf}
 */
export function wholesaleInputOf(
  tariff: TariffDocument,
  charge: ChargeUnderMandate,
  rounding: RoundingPolicy,
): RatingInput {
  const input = ratingInputOf(tariff, charge, rounding);
  if (charge.mandate.document.beyondCreditBorneBy !== 'visited') return input;
  const beyondMilliWh = parseEnergyKwh(charge.unbilledEnergyKwh);
  return { ...input, periods: periodsBefore(input.periods, beyondMilliWh) };
}
