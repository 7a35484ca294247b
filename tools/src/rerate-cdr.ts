import { cdrDocument, type CdrDocument } from '@roamgrid/contracts';
import { parseEnergyWh, parseInstant } from '@roamgrid/kernel';
import { rate, ratingToDocument, type RatingDocument } from '@roamgrid/rating';
import { parseTariff } from '@roamgrid/tariff';

/** What of a CDR decides its price. Only what stands in the document is used, no zone tables, no clock. */
export const ratable = cdrDocument
  .pick({ tariff: true, rounding: true, periods: true, utcOffsets: true })
  .loose();

/**
 * Rates a CDR anew from nothing but itself.
 *
 * @throws RoamgridError `invalid_tariff`, `invalid_metering`, `price_unknown`
 */
export function rerateCdr(
  cdr: Pick<CdrDocument, 'tariff' | 'rounding' | 'periods' | 'utcOffsets'>,
): RatingDocument {
  return ratingToDocument(
    rate({
      tariff: parseTariff(cdr.tariff),
      periods: cdr.periods.map((period) => ({
        startMs: parseInstant(period.startAt),
        endMs: parseInstant(period.endAt),
        energyMilliWh: parseEnergyWh(period.energyWh),
        activity: period.activity,
      })),
      utcOffsets: cdr.utcOffsets.map(({ from, offsetSeconds }) => ({
        from: parseInstant(from),
        offsetSeconds,
      })),
      rounding: cdr.rounding,
      boundaries: 'splitAtTariffBoundaries',
    }),
  );
}
