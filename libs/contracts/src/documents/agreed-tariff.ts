import { tariffSchema } from '@roamgrid/tariff';
import { z } from 'zod';
import {
  cosigned,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  stationClass,
  utilitySlug,
} from '../values.js';

import { citedLoad } from './load-signal.js';

/** One price of the schedule: in force from `startTime` to `endTime` local time in a load band. */
export const scheduleBand = z.strictObject({
  startTime: z.string().regex(/^\d\d:\d\d$/),
  endTime: z.string().regex(/^\d\d:\d\d$/),
  loadBand: z.enum(['low', 'normal', 'high']),
  pricePerKwh: decimalString,
});

/** The outcome of a negotiation, signed by both CRPs; `domestic` where home and visited are one. */
export const agreedTariffDocument = z.strictObject({
  type: z.literal('agreedTariff'),
  schemaVersion: z.literal(1),
  agreedTariffId: identifier,
  version: z.int().min(1),
  agreementId: identifier.nullable(),
  agreementHash: hashHex.nullable(),
  negotiationId: identifier.nullable(),
  outcome: z.enum(['agreed', 'defaultApplied', 'domestic']),
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  customerClass,
  stationClass,
  notBefore: instantString,
  notAfter: instantString,
  schedule: z.array(scheduleBand),
  ...citedLoad,
  /** the schedule and the load bands resolved into one plain OCPI tariff */
  tariff: tariffSchema,
});
export type AgreedTariffDocument = z.infer<typeof agreedTariffDocument>;
export const signedAgreedTariff = cosigned(agreedTariffDocument);
export type SignedAgreedTariff = z.infer<typeof signedAgreedTariff>;
