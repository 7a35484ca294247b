import { z } from 'zod';
import {
  assurance,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  moneyValue,
  paymentMode,
  signed,
  tier,
  utilitySlug,
} from '../values.js';
import { signedDirectoryEntry, signedDirectoryState } from './directory-entry.js';
import { signedRetailTariff } from './retail-tariff.js';

/** On what a mandate stands that visited made while home was silent: both signed by home in advance. */
export const offlineBasis = z.strictObject({
  entry: signedDirectoryEntry,
  directory: signedDirectoryState,
  /** what the driver may charge in so many hours under the rule, all mandates together */
  window: z.strictObject({
    hours: z.int().min(1),
    energyKwh: decimalString,
    money: moneyValue,
  }),
});
export type OfflineBasis = z.infer<typeof offlineBasis>;

/** A VCP entry, signed by home (by visited with an `offline` basis): whom, at which price, up to how much, until when. */
export const mandateDocument = z.strictObject({
  type: z.literal('mandate'),
  schemaVersion: z.literal(1),
  mandateId: identifier,
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  agreementId: identifier.nullable(),
  agreementHash: hashHex.nullable(),
  pseudonym: identifier,
  assurance,
  customerClass,
  tier,
  paymentMode,
  energyCapKwh: decimalString,
  moneyCap: moneyValue.describe('retail, incl. tax, in the visited currency'),
  maxConcurrentSessions: z.int().min(1),
  /** a prepaid mandate is good for one session; its cap is reserved at home */
  singleSession: z.boolean(),
  /** as the agreement says; absent: home */
  beyondCreditBorneBy: z.enum(['home', 'visited']).optional(),
  /** the driver's contract agreed the price in advance: a station that shows none may charge */
  preAgreedPrice: z.boolean(),
  /** names the version of the driver's contract it was issued under: hash of {contractHash, pseudonym} */
  contractBinding: hashHex.optional(),
  agreedTariffHash: hashHex,
  retailTariff: signedRetailTariff,
  offline: offlineBasis.optional(),
  notBefore: instantString,
  notAfter: instantString,
});
export type MandateDocument = z.infer<typeof mandateDocument>;
export const signedMandate = signed(mandateDocument);
export type SignedMandate = z.infer<typeof signedMandate>;

/** What visited knows of the mandates for one session that it holds of a driver, and home does not yet. */
export const oneSessionMandates = z.strictObject({
  taken: z.array(identifier).max(100).describe('a charge was begun under them'),
  returned: z.array(identifier).max(100).describe('ended unused: nothing will be charged'),
});
export type OneSessionMandates = z.infer<typeof oneSessionMandates>;

/** Ends a mandate; in force 60 s after issue whether acknowledged or not. */
export const revocationDocument = z.strictObject({
  type: z.literal('revocation'),
  schemaVersion: z.literal(1),
  number: z.int().min(1).describe('gap-free per home and visited utility'),
  mandateId: identifier,
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  reason: z.enum(['consumer_blocked', 'card_lost', 'withdrawn']),
  issuedAt: instantString,
});
export const signedRevocation = signed(revocationDocument);
export type SignedRevocation = z.infer<typeof signedRevocation>;
