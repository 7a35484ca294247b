import { canonicalBytes, detach, documentHash, type SignedDocument } from '@roamgrid/documents';
import { CompactSign, importJWK, type CryptoKey } from 'jose';
import { sha256 } from './hashing.js';
import type { KeyFile } from './key-files.js';

/** Signs documents with one service's key. */
export interface Signer {
  readonly kid: string;
  sign<Document>(document: Document): Promise<SignedDocument<Document>>;
}

export async function createSigner(keyFile: KeyFile): Promise<Signer> {
  const key = (await importJWK(keyFile.privateJwk, 'EdDSA')) as CryptoKey;
  return {
    kid: keyFile.kid,
    async sign(document) {
      const compact = await new CompactSign(canonicalBytes(document))
        .setProtectedHeader({ alg: 'EdDSA', kid: keyFile.kid })
        .sign(key);
      return { document, documentHash: documentHash(document, sha256), signature: detach(compact) };
    },
  };
}
