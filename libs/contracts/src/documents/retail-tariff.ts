import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import {
  currencyCode,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  tier,
  utilitySlug,
} from '../values.js';

/** One unit of `from` costs `rate` units of `to`. Applied once, to a session's total. */
export const fxRate = z.strictObject({
  from: currencyCode,
  to: currencyCode,
  rate: decimalString,
  source: z.string().max(80),
  at: instantString,
  notAfter: instantString,
});
export type FxRate = z.infer<typeof fxRate>;

/** What the driver pays, in the visited currency, discount applied; signed by home's CRP. */
export const retailTariffDocument = z.strictObject({
  type: z.literal('retailTariff'),
  schemaVersion: z.literal(1),
  retailTariffId: identifier,
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  customerClass,
  planId: identifier,
  /** which version of the plan it was made from */
  plan: z.strictObject({ version: z.int().min(1), hash: hashHex }).optional(),
  retailRule: z.enum(['planPrice', 'wholesalePlus', 'domestic']),
  tier,
  tierDiscountPercentage: decimalString,
  agreedTariffHash: hashHex,
  homeCurrency: currencyCode,
  fx: fxRate.nullable(),
  rounding: z.enum(['halfUp', 'halfEven', 'up', 'down']),
  tariff: tariffSchema,
  notBefore: instantString,
  notAfter: instantString,
});
export type RetailTariffDocument = z.infer<typeof retailTariffDocument>;
export const signedRetailTariff = signed(retailTariffDocument);
export type SignedRetailTariff = z.infer<typeof signedRetailTariff>;
