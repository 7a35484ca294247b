import { RoamgridError } from '@roamgrid/kernel';
import { decodeBase64Url, encodeBase64Url } from './base64url.js';

export const JWS_ALGORITHMS = ['EdDSA', 'ES256'] as const;

/** The only signature algorithms a document may bear. */
export type JwsAlgorithm = (typeof JWS_ALGORITHMS)[number];

/** The protected header of a document's signature: these members and no others. */
export interface JwsHeader {
  readonly alg: JwsAlgorithm;
  /** of the key in the signer's JWKS */
  readonly kid: string;
  readonly typ?: string;
}

/** What a verifier is asked: whether `signature` is the key's over `signingInput`. */
export interface SignatureQuestion {
  readonly header: JwsHeader;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
}

/** Answers a {@link SignatureQuestion}; given by the caller, who has the keys and a crypto module. */
export type VerifySignature = (question: SignatureQuestion) => boolean;

const KNOWN_MEMBERS: readonly string[] = ['alg', 'kid', 'typ'];

function refuse(detail: string): never {
  throw new RoamgridError('signature_invalid', detail);
}

function threeParts(jws: string): [string, string, string] {
  const [header, payload, signature, ...rest] = jws.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    refuse('a JWS has three parts');
  }
  if (header === '' || signature === '') refuse('a JWS has a header and a signature');
  return [header, payload, signature];
}

/** `header.payload.signature` → `header..signature` (RFC 7515 appendix F). @throws `signature_invalid` */
export function detach(compactJws: string): string {
  const [header, , signature] = threeParts(compactJws);
  return `${header}..${signature}`;
}

function detachedParts(detachedJws: string): { header: string; signature: string } {
  const [header, payload, signature] = threeParts(detachedJws);
  if (payload !== '') refuse('a detached JWS has no payload of its own');
  return { header, signature };
}

/** `header..signature` and the payload → the compact form that JOSE libraries verify. */
export function attach(detachedJws: string, payload: Uint8Array): string {
  const { header, signature } = detachedParts(detachedJws);
  return `${header}.${encodeBase64Url(payload)}.${signature}`;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    // Whatever the decoder or the parser dislikes, the header cannot be read.
    return refuse('the protected header is not JSON');
  }
}

function headerMembers(encoded: string): Record<string, unknown> {
  const parsed = parseJson(decodeBase64Url(encoded));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refuse('the protected header is not a JSON object');
  }
  return parsed as Record<string, unknown>;
}

function isAlgorithm(value: unknown): value is JwsAlgorithm {
  return JWS_ALGORITHMS.some((algorithm) => algorithm === value);
}

/**
 * Reads the protected header of a compact or detached JWS. Only `alg` (EdDSA or ES256), `kid` and `typ`
 * may stand in it: no `crit`, no `b64`, and no key or address that the signer brings along.
 *
 * @throws RoamgridError `signature_invalid`
 */
export function protectedHeader(jws: string): JwsHeader {
  const members = headerMembers(threeParts(jws)[0]);
  const unknown = Object.keys(members).find((name) => !KNOWN_MEMBERS.includes(name));
  if (unknown !== undefined) refuse('the protected header has a member that is not accepted');
  const { alg, kid, typ } = members;
  if (!isAlgorithm(alg)) refuse('the signature algorithm is not accepted');
  if (typeof kid !== 'string' || kid === '') refuse('the protected header names no key');
  if (typ === undefined) return { alg, kid };
  return typeof typ === 'string' ? { alg, kid, typ } : refuse('typ is not a text');
}

/** The base64url text of a header, as it stands first in a JWS. */
export function encodeHeader(header: JwsHeader): string {
  const { alg, kid, typ } = header;
  const members = typ === undefined ? { alg, kid } : { alg, kid, typ };
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(members)));
}

/** The bytes that are signed: ASCII of `base64url(header).base64url(payload)`. */
export function signingInput(header: JwsHeader, payload: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`${encodeHeader(header)}.${encodeBase64Url(payload)}`);
}

/** A detached JWS from its header and the signature over {@link signingInput}. */
export function detachedJws(header: JwsHeader, signature: Uint8Array): string {
  return `${encodeHeader(header)}..${encodeBase64Url(signature)}`;
}

/**
 * What a verifier must be asked about a detached JWS over a payload.
 *
 * @throws RoamgridError `signature_invalid` when the JWS is not one that a document may bear
 */
export function signatureQuestion(jws: string, payload: Uint8Array): SignatureQuestion {
  const { header, signature } = detachedParts(jws);
  return {
    header: protectedHeader(jws),
    signingInput: new TextEncoder().encode(`${header}.${encodeBase64Url(payload)}`),
    signature: decodeBase64Url(signature),
  };
}
