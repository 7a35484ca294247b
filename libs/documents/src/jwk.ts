import { RoamgridError } from '@roamgrid/kernel';
import type { JwsHeader } from './jws.js';

/** A public key as JWKS files hold it (RFC 7517, RFC 8037); members beyond these are let be. */
export interface Jwk {
  readonly kty: string;
  readonly kid?: string;
  readonly use?: string;
  readonly alg?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}

export interface Jwks {
  readonly keys: readonly Jwk[];
}

const KEY_OF_ALGORITHM = {
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  ES256: { kty: 'EC', crv: 'P-256' },
} as const;

/** Whether the key may verify what the header announces: type, curve, use and algorithm. */
export function keyFits(key: Jwk, header: JwsHeader): boolean {
  const { kty, crv } = KEY_OF_ALGORITHM[header.alg];
  const useFits = key.use === undefined || key.use === 'sig';
  const algorithmFits = key.alg === undefined || key.alg === header.alg;
  return key.kid === header.kid && key.kty === kty && key.crv === crv && useFits && algorithmFits;
}

/**
 * The one key of a set that the header names.
 *
 * @throws RoamgridError `signature_invalid` when there is none, or more than one
 */
export function keyFor(header: JwsHeader, jwks: Jwks): Jwk {
  const [key, ...others] = jwks.keys.filter((candidate) => keyFits(candidate, header));
  if (key === undefined) {
    throw new RoamgridError('signature_invalid', 'no key of the signer has this kid and algorithm');
  }
  if (others.length > 0) throw new RoamgridError('signature_invalid', 'two keys have one kid');
  return key;
}
