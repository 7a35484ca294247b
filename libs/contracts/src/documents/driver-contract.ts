import { z } from 'zod';
import {
  currencyCode,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  paymentMode,
  signed,
  tier,
  utilitySlug,
  uuid,
} from '../values.js';

/** Which version of a driver's contract is meant. */
export const contractReference = z.strictObject({
  driverContractId: uuid,
  version: z.int().min(1),
  hash: hashHex,
});
export type ContractReference = z.infer<typeof contractReference>;

/** Terms that the driver accepted, how, and when. */
export const contractAcceptance = z.strictObject({
  reference: z.string().min(1).max(120).describe('names the text: `roaming terms 2026-03`'),
  channel: z.enum(['paper', 'office', 'phone', 'web', 'app']),
  at: instantString,
});
export type ContractAcceptance = z.infer<typeof contractAcceptance>;

/**
 * One version of a driver's contract, signed by the home utility's profiles; it never changes. It is in force
 * from `validFrom` until the next version of the consumer is, or the contract ends. It names the consumer by
 * home's own id: no CIN, no card.
 */
export const driverContractDocument = z.strictObject({
  type: z.literal('driverContract'),
  schemaVersion: z.literal(1),
  driverContractId: uuid,
  version: z.int().min(1).describe('gap-free per contract'),
  previousHash: hashHex.nullable().describe('of the version before; null on the first'),
  homeUtility: utilitySlug,
  consumerId: identifier,
  validFrom: instantString,
  plan: z.strictObject({
    planId: identifier,
    version: z.int().min(1).nullable().describe("the plan's newest when this was signed"),
    hash: hashHex.nullable().describe('null while crp has no plan of this id'),
  }),
  customerClass,
  tier,
  paymentMode,
  currency: currencyCode,
  limits: z.strictObject({
    energyKwh: decimalString,
    amount: decimalString,
    maxConcurrentSessions: z.int().min(1),
  }),
  allowed: z.strictObject({
    roaming: z.boolean(),
    reservations: z.boolean(),
    /** at a station that can show no price */
    preAgreedPrice: z.boolean(),
  }),
  acceptance: contractAcceptance.nullable().describe('null where none was recorded'),
  issuedAt: instantString,
});
export type DriverContractDocument = z.infer<typeof driverContractDocument>;
export const signedDriverContract = signed(driverContractDocument);
export type SignedDriverContract = z.infer<typeof signedDriverContract>;

/** The contract is over: no version of it is in force from `at` on. */
export const driverContractEndDocument = z.strictObject({
  type: z.literal('driverContractEnd'),
  schemaVersion: z.literal(1),
  driverContractId: uuid,
  homeUtility: utilitySlug,
  consumerId: identifier,
  lastHash: hashHex.describe('of the version that was in force'),
  reason: z.string().min(1).max(300),
  at: instantString,
});
export type DriverContractEndDocument = z.infer<typeof driverContractEndDocument>;
export const signedDriverContractEnd = signed(driverContractEndDocument);
export type SignedDriverContractEnd = z.infer<typeof signedDriverContractEnd>;
