import { canonicalBytes } from '@roamgrid/documents';
import { hashToHex, leafHash, merkleRoot } from '@roamgrid/merkle';
import { sha256 } from '@roamgrid/platform';
import type { CdrDocument } from '../records.js';

/** SHA-256(0x00 ‖ canonical CDR). */
export function leafOf(cdr: CdrDocument): Uint8Array {
  return leafHash(canonicalBytes(cdr), sha256);
}

/** The root over CDRs in the order of an invoice's lines; lower-case hex. */
export function rootOf(cdrs: readonly CdrDocument[]): string {
  return hashToHex(merkleRoot(cdrs.map(leafOf), sha256));
}
