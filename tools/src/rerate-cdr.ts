import { cdrDocument, decimalString, type CdrDocument } from '@roamgrid/contracts';
import {
  rate,
  ratingToDocument,
  wholesaleInputOf,
  type ChargeUnderMandate,
  type RatingDocument,
} from '@roamgrid/rating';
import { z } from 'zod';

/** What of a CDR decides its price. Only what stands in the document is used, no zone tables, no clock. */
export const ratable = cdrDocument
  .pick({ tariff: true, rounding: true, periods: true, utcOffsets: true })
  .extend({
    // a CDR without a mandate fails by its entitlement, not by its price
    unbilledEnergyKwh: decimalString.default('0'),
    mandate: z
      .looseObject({
        document: z.looseObject({ beyondCreditBorneBy: z.enum(['home', 'visited']).optional() }),
      })
      .catch({ document: {} }),
  })
  .loose();

/**
 * Rates a CDR anew from nothing but itself.
 *
 * @throws RoamgridError `invalid_tariff`, `invalid_metering`, `price_unknown`
 */
export function rerateCdr(
  cdr: Pick<CdrDocument, 'tariff' | 'rounding'> & ChargeUnderMandate,
): RatingDocument {
  return ratingToDocument(rate(wholesaleInputOf(cdr.tariff, cdr, cdr.rounding)));
}
