import { z } from 'zod';
import {
  assurance,
  customerClass,
  hashHex,
  identifier,
  instantString,
  signed,
  tier,
  utilitySlug,
} from '../values.js';

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
  issuedAt: instantString,
  notAfter: instantString,
});
export type DirectoryEntryDocument = z.infer<typeof directoryEntryDocument>;
export const signedDirectoryEntry = signed(directoryEntryDocument);
export type SignedDirectoryEntry = z.infer<typeof signedDirectoryEntry>;
