import { createPrivateKey, sign as signBytes, type JsonWebKey } from 'node:crypto';
import { canonicalBytes, type SignedDocument } from '@roamgrid/documents';
import { sha256Hex } from './hashing.js';
import type { KeyFile } from './key-files.js';

/** Signs documents with one service's key. */
export interface Signer {
  readonly kid: string;
  sign<Document>(document: Document): Promise<SignedDocument<Document>>;
}

/**
 * A detached JWS in compact form (RFC 7515 appendix F) with Ed25519 (RFC 8037). Made with the platform's own
 * signature, in place: a way over the thread pool takes four times as long, and a driver waits for it.
 */
export function createSigner({ kid, privateJwk }: KeyFile): Signer {
  const key = createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' });
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url');
  const signed = <Document>(document: Document): SignedDocument<Document> => {
    const bytes = canonicalBytes(document);
    const input = `${header}.${Buffer.from(bytes).toString('base64url')}`;
    const signature = signBytes(null, Buffer.from(input), key).toString('base64url');
    return { document, documentHash: sha256Hex(bytes), signature: `${header}..${signature}` };
  };
  return {
    kid,
    sign: (document) => Promise.resolve(document).then(signed),
  };
}
