import { canonicalBytes } from './canonical.js';

/** SHA-256 (FIPS 180-4), given by the caller. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A document of one signer, as the API answers it. */
export interface SignedDocument<D> {
  readonly document: D;
  /** lower-case hexadecimal SHA-256 of the canonical form */
  readonly documentHash: string;
  /** detached JWS in compact form */
  readonly signature: string;
}

export interface PartySignature {
  /** the signer's slug */
  readonly utility: string;
  /** detached JWS in compact form */
  readonly signature: string;
}

/** A document that several parties sign: agreements, agreed tariffs, settlements. */
export interface MultiSignedDocument<D> {
  readonly document: D;
  /** lower-case hexadecimal SHA-256 of the canonical form */
  readonly documentHash: string;
  readonly signatures: readonly PartySignature[];
}

/**
 * Lower-case hexadecimal SHA-256 of the canonical form.
 *
 * @throws RoamgridError `malformed_document`
 */
export function documentHash(document: unknown, sha256: Sha256): string {
  return Array.from(sha256(canonicalBytes(document)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
