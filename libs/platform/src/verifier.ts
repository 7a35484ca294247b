import {
  attach,
  canonicalBytes,
  documentHash,
  protectedHeader,
  type MultiSignedDocument,
  type SignedDocument,
} from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { compactVerify, importJWK, type CryptoKey, type JWK } from 'jose';
import { sha256 } from './hashing.js';
import type { Registry } from './registry.js';

/** Which service of a utility may sign a kind of document (DESIGN §10.3). */
export type SigningService = 'crp' | 'profiles' | 'aaa' | 'settlement';

/** Checks documents against the keys of the registry, and against no others. */
export class Verifier {
  readonly #registry: Registry;
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** @throws RoamgridError `signature_invalid` naming what does not fit */
  async verify(
    signed: SignedDocument<unknown>,
    utility: string,
    service: SigningService,
  ): Promise<void> {
    this.#checkHash(signed.document, signed.documentHash);
    await this.#checkSignature(signed.document, signed.signature, utility, service);
  }

  /** Every named party must have signed. @throws RoamgridError `signature_invalid` */
  async verifyCosigned(
    signed: MultiSignedDocument<unknown>,
    parties: readonly string[],
    service: SigningService,
  ): Promise<void> {
    this.#checkHash(signed.document, signed.documentHash);
    for (const party of parties) {
      const entry = signed.signatures.find((candidate) => candidate.utility === party);
      if (entry === undefined) {
        throw new RoamgridError('signature_invalid', `${party} has not signed`);
      }
      await this.#checkSignature(signed.document, entry.signature, party, service);
    }
  }

  #checkHash(document: unknown, claimed: string): void {
    if (documentHash(document, sha256) !== claimed) {
      throw new RoamgridError('signature_invalid', 'the hash does not fit the document');
    }
  }

  async #checkSignature(
    document: unknown,
    signature: string,
    utility: string,
    service: SigningService,
  ): Promise<void> {
    const header = protectedHeader(signature);
    if (!header.kid.startsWith(`${service}-`)) {
      throw new RoamgridError('signature_invalid', `${header.kid} may not sign this document`);
    }
    const key = await this.#key(utility, header.kid);
    try {
      await compactVerify(attach(signature, canonicalBytes(document)), key, {
        algorithms: ['EdDSA', 'ES256'],
      });
    } catch {
      // jose names a dozen ways not to fit; for a document they are one
      throw new RoamgridError('signature_invalid', `the signature of ${utility} does not fit`);
    }
  }

  #key(utility: string, kid: string): Promise<CryptoKey> {
    const name = `${utility}/${kid}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const jwk = this.#registry
      .entry(utility)
      .keys.find((key) => key.kid === kid && key.use === 'sig');
    if (jwk === undefined)
      throw new RoamgridError('signature_invalid', `${utility} has no key ${kid}`);
    const imported = importJWK(jwk as JWK, jwk.alg) as Promise<CryptoKey>;
    this.#keys.set(name, imported);
    return imported;
  }
}
