import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import {
  consentChannel,
  connectorId,
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  stationId,
  tier,
  utilitySlug,
  uuid,
} from '../values.js';
import { fxRate } from './retail-tariff.js';

/** What the driver is shown, signed by the visited utility; the consent binds its hash. */
export const quoteDocument = z.strictObject({
  type: z.literal('quote'),
  schemaVersion: z.literal(1),
  quoteId: uuid,
  sessionId: uuid,
  stationId,
  connectorId: connectorId.nullable(),
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  mandateId: identifier,
  mandateHash: hashHex,
  agreedTariffHash: hashHex,
  retailTariffHash: hashHex,
  currency: currencyCode,
  tariff: tariffSchema,
  pricePerKwh: decimalString.describe('the energy price at the moment of the quote, excl. tax'),
  tier,
  tierDiscountPercentage: decimalString,
  /** as the agreement has it for the tier; absent where it says nothing */
  chargingPriority: z
    .strictObject({
      priority: z.int().min(-9).max(9),
      powerSharePercentage: decimalString.exactOptional(),
    })
    .exactOptional(),
  estimate: z.strictObject({
    energyKwh: decimalString,
    totalExclTax: decimalString,
    tax: decimalString,
    totalInclTax: decimalString,
  }),
  estimateHome: z
    .strictObject({ currency: currencyCode, totalInclTax: decimalString, fx: fxRate })
    .nullable(),
  issuedAt: instantString,
  validUntil: instantString,
});
export type QuoteDocument = z.infer<typeof quoteDocument>;
export const signedQuote = signed(quoteDocument);
export type SignedQuote = z.infer<typeof signedQuote>;

/** The driver's yes, bound to the quote's hash; signed by the visited utility's AAA. */
export const consentDocument = z.strictObject({
  type: z.literal('consent'),
  schemaVersion: z.literal(1),
  sessionId: uuid,
  quoteId: uuid,
  quoteHash: hashHex,
  channel: consentChannel,
  at: instantString,
});
export type ConsentDocument = z.infer<typeof consentDocument>;
export const signedConsent = signed(consentDocument);
export type SignedConsent = z.infer<typeof signedConsent>;
