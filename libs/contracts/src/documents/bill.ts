import { z } from 'zod';
import {
  currencyCode,
  decimalString,
  identifier,
  instantString,
  signed,
  stationId,
  utilitySlug,
  uuid,
} from '../values.js';
import { ratedLine, taxLine } from './cdr.js';
import { contractReference } from './driver-contract.js';

/** One session on a driver's bill: its retail rating in the visited currency, converted once. */
export const billSession = z.strictObject({
  sessionId: uuid,
  cdrId: uuid,
  visitedUtility: utilitySlug,
  stationId,
  startAt: instantString,
  endAt: instantString,
  energyKwh: decimalString,
  currency: currencyCode,
  lines: z.array(ratedLine),
  taxes: z.array(taxLine),
  totalExclTax: decimalString,
  tax: decimalString,
  /** in the visited currency */
  visitedTotalInclTax: decimalString,
  /** in the bill's currency */
  totalInclTax: decimalString,
  conversion: z
    .strictObject({ rate: decimalString, source: z.string(), at: instantString })
    .nullable(),
  /** the version of the driver's contract that the charge is billed under */
  driverContract: contractReference.optional(),
});

/** Home utility to driver: one consolidated bill per consumer and period. */
export const billDocument = z.strictObject({
  type: z.literal('bill'),
  schemaVersion: z.literal(1),
  billId: uuid,
  number: identifier,
  homeUtility: utilitySlug,
  consumerId: identifier,
  currency: currencyCode,
  from: instantString,
  to: instantString,
  lines: z.array(billSession),
  totalInclTax: decimalString,
  alreadyPaid: decimalString.describe('taken from a prepaid balance, by debit or by card'),
  amountDue: decimalString,
  issuedAt: instantString,
});
export type BillDocument = z.infer<typeof billDocument>;
export const signedBill = signed(billDocument);
export type SignedBill = z.infer<typeof signedBill>;
