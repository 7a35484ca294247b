import type { ChargeRecord, MeteredPeriodValue } from '@roamgrid/contracts';
import { parseEnergyWh, parseInstant, type RoundingPolicy } from '@roamgrid/kernel';
import type { MeteredPeriod, RatingInput } from '@roamgrid/rating';
import { parseTariff } from '@roamgrid/tariff';

/** What a session measured, as both a charge and a CDR carry it. */
export type MeteredSession = Pick<ChargeRecord, 'periods' | 'utcOffsets'>;

function toPeriod(period: MeteredPeriodValue): MeteredPeriod {
  return {
    startMs: parseInstant(period.startAt),
    endMs: parseInstant(period.endAt),
    energyMilliWh: parseEnergyWh(period.energyWh),
    activity: period.activity,
  };
}

/**
 * The one way in which a session is handed to the rating engine: wholesale, retail and re-rating alike.
 *
 * @throws RoamgridError `invalid_tariff`, `malformed_instant`, `malformed_decimal`
 */
export function ratingInputOf(
  session: MeteredSession,
  tariff: unknown,
  rounding: RoundingPolicy,
): RatingInput {
  return {
    tariff: parseTariff(tariff),
    periods: session.periods.map(toPeriod),
    utcOffsets: session.utcOffsets.map(({ from, offsetSeconds }) => ({
      from: parseInstant(from),
      offsetSeconds,
    })),
    rounding,
    boundaries: 'splitAtTariffBoundaries',
  };
}
