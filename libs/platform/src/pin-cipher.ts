import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { RoamgridError } from '@roamgrid/kernel';
import type { KeyFile } from './key-files.js';
import type { Registry } from './registry.js';

/** Encrypts a PIN to home's published key; done at the edge, before anything is written. */
export async function encryptPin(pin: string, registry: Registry, home: string): Promise<string> {
  const jwk = registry.entry(home).keys.find((key) => key.use === 'enc');
  if (jwk === undefined) throw new RoamgridError('internal', `${home} publishes no key for PINs`);
  return new CompactEncrypt(new TextEncoder().encode(pin))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: jwk.kid })
    .encrypt(await importJWK(jwk as JWK, 'ECDH-ES+A256KW'));
}

/** Home's side; null when the token was not made for this key. */
export async function decryptPin(token: string, keyFile: KeyFile): Promise<string | null> {
  try {
    const key = await importJWK(keyFile.privateJwk, 'ECDH-ES+A256KW');
    const { plaintext } = await compactDecrypt(token, key);
    return new TextDecoder().decode(plaintext);
  } catch {
    // whatever is wrong with the token, there is no PIN in it that could be right
    return null;
  }
}
