import {
  attach,
  canonicalBytes,
  JWS_ALGORITHMS,
  keyFor,
  protectedHeader,
  type Jwk,
  type Jwks,
  type JwsHeader,
} from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { compactVerify, importJWK } from 'jose';
import { Difference, NotGiven } from './verify-check.js';

/** One `--jwks` file: the keys of one utility. */
export interface KeyFile {
  readonly name: string;
  readonly jwks: Jwks;
}

/** Who signed, as far as keys can tell. */
export interface Signer {
  readonly keyFile: KeyFile;
  readonly header: JwsHeader;
}

/** `"by settlement-1 (EdDSA) of duke.json"` */
export function describeSigner({ header, keyFile }: Signer): string {
  return `by ${header.kid} (${header.alg}) of ${keyFile.name}`;
}

function keyOf(header: JwsHeader, keyFile: KeyFile): Jwk | null {
  try {
    return keyFor(header, keyFile.jwks);
  } catch (error) {
    if (error instanceof RoamgridError) return null;
    throw error;
  }
}

async function verifies(compactJws: string, key: Jwk, header: JwsHeader): Promise<boolean> {
  try {
    const { kty, crv, x, y } = key;
    const publicKey = await importJWK({ kty, crv, x, y }, header.alg);
    await compactVerify(compactJws, publicKey, { algorithms: [...JWS_ALGORITHMS] });
    return true;
  } catch {
    // Whatever goes wrong, with a key that cannot be imported as with a signature that does not fit,
    // nothing was verified.
    return false;
  }
}

/**
 * Finds the file whose key made a detached signature. Key ids are a utility's own, so two files may hold the
 * same id; each is tried.
 *
 * @throws Difference when no file has the key, or none of the keys fits
 * @throws RoamgridError `signature_invalid`, `malformed_document`
 */
export async function findSigner(
  document: unknown,
  signature: string,
  keyFiles: readonly KeyFile[],
): Promise<Signer> {
  const header = protectedHeader(signature);
  const compactJws = attach(signature, canonicalBytes(document));
  let keysFound = 0;
  for (const keyFile of keyFiles) {
    const key = keyOf(header, keyFile);
    if (key === null) continue;
    keysFound += 1;
    if (await verifies(compactJws, key, header)) return { keyFile, header };
  }
  throw new Difference(
    keysFound === 0
      ? `no key ${header.kid} for ${header.alg} in the JWKS given`
      : `the signature does not fit the document under key ${header.kid}`,
  );
}

/**
 * Where home's keys may stand: its signatures are made with keys of its own, which stand in a file of
 * their own.
 *
 * @throws NotGiven where no such file was given
 */
export function filesOfHome(
  cdr: { readonly homeUtility: string; readonly visitedUtility: string },
  visited: Signer | null,
  keyFiles: readonly KeyFile[],
): readonly KeyFile[] {
  if (cdr.homeUtility === cdr.visitedUtility) return keyFiles;
  const homeFiles = keyFiles.filter((file) => file !== visited?.keyFile);
  if (homeFiles.length > 0) return homeFiles;
  throw new NotGiven(`give the JWKS of ${cdr.homeUtility} as well (--jwks)`);
}
