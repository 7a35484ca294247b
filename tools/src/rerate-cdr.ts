import { cdrDocument, type CdrDocument } from '@roamgrid/contracts';
import { rate, ratingInputOf, ratingToDocument, type RatingDocument } from '@roamgrid/rating';

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
  return ratingToDocument(rate(ratingInputOf(cdr.tariff, cdr, cdr.rounding)));
}
