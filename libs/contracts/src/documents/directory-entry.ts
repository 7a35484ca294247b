import { z } from 'zod';
import {
  assurance,
  customerClass,
  decimalString,
  hashHex,
  identifier,
  instantString,
  moneyValue,
  signed,
  tier,
  utilitySlug,
} from '../values.js';

/** What a consumer may charge while home does not answer; each cap is for the whole of the rule's window. */
export const offlineCaps = z.strictObject({
  energyKwh: decimalString,
  money: moneyValue.describe('retail, incl. tax, in the visited currency'),
  /** others need home to hold money before the charge */
  paymentMode: z.enum(['postPaid', 'debit']),
  maxConcurrentSessions: z.int().min(1),
  preAgreedPrice: z.boolean(),
});

/**
 * One credential of a home's consumer as a visited utility may know it, signed by home in advance. The
 * number of the card, CIN or contract stands in it only as a hash under the pair's key; a later entry of
 * the same hash replaces it.
 */
export const directoryEntryDocument = z.strictObject({
  type: z.literal('directoryEntry'),
  schemaVersion: z.literal(1),
  number: z.int().min(1).describe('gap-free per home and visited utility'),
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  tokenHash: hashHex,
  /** a lost card is blocked, its consumer is not */
  state: z.enum(['active', 'blocked']),
  pseudonym: identifier,
  /** what showing this credential proves by itself */
  assurance,
  customerClass,
  planId: identifier,
  tier,
  /** absent: who shows this is refused while home is silent */
  offline: offlineCaps.optional(),
  issuedAt: instantString,
  notAfter: instantString,
});
export type DirectoryEntryDocument = z.infer<typeof directoryEntryDocument>;
export const signedDirectoryEntry = signed(directoryEntryDocument);
export type SignedDirectoryEntry = z.infer<typeof signedDirectoryEntry>;

/**
 * Home vouches that everything it published for a visited utility so far ends at `number`: an entry that no
 * later one replaced is good as of this instant.
 */
export const directoryStateDocument = z.strictObject({
  type: z.literal('directoryState'),
  schemaVersion: z.literal(1),
  homeUtility: utilitySlug,
  visitedUtility: utilitySlug,
  number: z.int().min(0),
  issuedAt: instantString,
});
export type DirectoryStateDocument = z.infer<typeof directoryStateDocument>;
export const signedDirectoryState = signed(directoryStateDocument);
export type SignedDirectoryState = z.infer<typeof signedDirectoryState>;
