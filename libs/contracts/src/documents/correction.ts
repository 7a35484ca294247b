import { z } from 'zod';
import {
  currencyCode,
  decimalString,
  hashHex,
  identifier,
  instantString,
  signed,
  utilitySlug,
  uuid,
} from '../values.js';

/** What staff found to be true of a charge, in place of what its station had said. */
export const meterCorrection = z.strictObject({
  startAt: instantString,
  endAt: instantString,
  startWh: decimalString,
  stopWh: decimalString,
});
export type MeterCorrection = z.infer<typeof meterCorrection>;

/**
 * Visited takes a CDR back in full: the same figures, negated by its type. `correctedBy` is the CDR that
 * stands in its place, rated from what was frozen at the same consent; null where nothing was delivered.
 */
export const cdrCreditDocument = z.strictObject({
  type: z.literal('cdrCredit'),
  schemaVersion: z.literal(1),
  cdrCreditId: uuid,
  cdrId: uuid,
  cdrHash: hashHex,
  sequence: z.int().min(1).describe('of the CDR that is taken back'),
  sessionId: uuid,
  visitedUtility: utilitySlug,
  homeUtility: utilitySlug,
  currency: currencyCode,
  totalExclTax: decimalString,
  tax: decimalString,
  totalInclTax: decimalString,
  payable: decimalString,
  reason: z.string().max(500),
  /** what staff found to be true; null where nothing was delivered */
  correction: meterCorrection.nullable(),
  correctedBy: uuid.nullable(),
  by: identifier,
  issuedAt: instantString,
});
export const signedCdrCredit = signed(cdrCreditDocument);
export type SignedCdrCredit = z.infer<typeof signedCdrCredit>;

/** A CDR that home refuses for good and that visited bears: two people of visited answer for it. */
export const writeOffDocument = z.strictObject({
  type: z.literal('cdrWriteOff'),
  schemaVersion: z.literal(1),
  cdrId: uuid,
  cdrHash: hashHex,
  sequence: z.int().min(1),
  visitedUtility: utilitySlug,
  homeUtility: utilitySlug,
  currency: currencyCode,
  payable: decimalString,
  note: z.string().max(500),
  proposedBy: identifier,
  approvedBy: identifier,
  writtenOffAt: instantString,
});
export const signedWriteOff = signed(writeOffDocument);
export type SignedWriteOff = z.infer<typeof signedWriteOff>;

/** Home gives a driver back what stands on a bill for these sessions, each in full. */
export const billCreditDocument = z.strictObject({
  type: z.literal('billCredit'),
  schemaVersion: z.literal(1),
  billCreditId: uuid,
  number: identifier,
  billId: uuid,
  billHash: hashHex,
  homeUtility: utilitySlug,
  consumerId: identifier,
  currency: currencyCode,
  lines: z
    .array(z.strictObject({ sessionId: uuid, cdrId: uuid, totalInclTax: decimalString }))
    .min(1),
  totalInclTax: decimalString,
  backToBalance: decimalString.describe('part of the total that goes back to a prepaid balance'),
  refunded: decimalString.describe(
    'part of the total that goes back to the card or account that paid',
  ),
  reason: z.string().max(500),
  proposedBy: identifier,
  /** null where the amount needs no second person */
  approvedBy: identifier.nullable(),
  issuedAt: instantString,
});
export const signedBillCredit = signed(billCreditDocument);
export type SignedBillCredit = z.infer<typeof signedBillCredit>;
