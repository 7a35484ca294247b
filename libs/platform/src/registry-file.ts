import { watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signedRegistry, type RegistryDocument } from '@roamgrid/contracts';
import { attach, canonicalBytes, documentHash } from '@roamgrid/documents';
import { RoamgridError } from '@roamgrid/kernel';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { sha256 } from './hashing.js';
import { Registry } from './registry.js';

/** A new member is known to every service this soon. */
const LOOK_AGAIN_MS = 500;

export const registryPath = (dataDir: string): string => join(dataDir, 'registry.json');
/** public half of the consortium's key, by which a registry is told from a forged one */
export const consortiumKeysPath = (dataDir: string): string =>
  join(dataDir, 'consortium-jwks.json');

/** @throws RoamgridError `signature_invalid` for what the consortium has not signed */
export async function readRegistry(dataDir: string): Promise<RegistryDocument> {
  const [text, keys] = await Promise.all([
    readFile(registryPath(dataDir), 'utf8'),
    readFile(consortiumKeysPath(dataDir), 'utf8'),
  ]);
  const signed = signedRegistry.parse(JSON.parse(text));
  if (documentHash(signed.document, sha256) !== signed.documentHash) {
    throw new RoamgridError('signature_invalid', 'the hash does not fit the registry');
  }
  const keySet = createLocalJWKSet(JSON.parse(keys) as JSONWebKeySet);
  try {
    await compactVerify(attach(signed.signature, canonicalBytes(signed.document)), keySet, {
      algorithms: ['EdDSA', 'ES256'],
    });
  } catch {
    throw new RoamgridError('signature_invalid', 'the consortium has not signed this registry');
  }
  return signed.document;
}

/**
 * The consortium's registry as it lies in the data directory, and each later version of it as it comes.
 *
 * @param onFault told of a version that cannot be read or is not the consortium's; the one before stays
 * @throws RoamgridError `signature_invalid`
 */
export async function loadRegistry(
  dataDir: string,
  onFault: (error: unknown) => void,
): Promise<Registry> {
  const registry = new Registry(await readRegistry(dataDir));
  // looks at the file's state, which works on every kind of volume; it does not keep the process alive
  watchFile(registryPath(dataDir), { interval: LOOK_AGAIN_MS, persistent: false }, () => {
    readRegistry(dataDir)
      .then((document) => registry.replace(document))
      .catch(onFault);
  });
  return registry;
}
