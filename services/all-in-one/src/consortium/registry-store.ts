import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicJwk, RegistryDocument, RegistryEntry } from '@roamgrid/contracts';
import {
  consortiumKeysPath,
  createSigner,
  keyFolderOf,
  openKeyFile,
  openSecretFile,
  readRegistry,
  Registry,
  registryPath,
} from '@roamgrid/platform';
import { DEMO_UTILITIES, type DemoUtility } from '../demonstration/utilities.js';

const SIGNING_SERVICES = ['crp', 'profiles', 'aaa', 'settlement'];

/** All public halves of a utility's keys; the private ones are made here at first. */
export async function publicKeysOf(dataDir: string, utility: string): Promise<PublicJwk[]> {
  const folder = keyFolderOf(dataDir, utility);
  const files = await Promise.all([
    ...SIGNING_SERVICES.map((service) => openKeyFile(folder, service, 'sig')),
    openKeyFile(folder, 'profiles', 'enc'),
  ]);
  return files.map((file) => file.publicJwk as PublicJwk);
}

/** Makes the secret that two utilities share before either asks for it. */
export async function makePairSecrets(
  dataDir: string,
  utility: string,
  partners: readonly string[],
): Promise<void> {
  for (const partner of partners) {
    await openSecretFile(join(dataDir, 'keys', 'pairs'), [utility, partner].sort().join('--'));
  }
}

async function entryOf(dataDir: string, utility: DemoUtility): Promise<RegistryEntry> {
  return {
    utility: utility.slug,
    name: utility.name,
    cinPrefixes: [utility.cinPrefix],
    contractProviders: [utility.contractProvider],
    currency: utility.currency,
    timeZone: utility.timeZone,
    keys: await publicKeysOf(dataDir, utility.slug),
  };
}

/** Whole or not at all: services read it whenever it changes. */
async function writeWhole(path: string, value: unknown): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`);
  await rename(draft, path);
}

/** Signs a version of the registry as the consortium and lays it where every service reads it. */
export async function publishRegistry(dataDir: string, document: RegistryDocument): Promise<void> {
  const key = await openKeyFile(keyFolderOf(dataDir, 'consortium'), 'consortium', 'sig');
  await writeWhole(registryPath(dataDir), await createSigner(key).sign(document));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Reads the consortium's registry, or makes and signs its first version.
 *
 * @throws RoamgridError `signature_invalid` for one that the consortium has not signed
 */
export async function openConsortiumRegistry(dataDir: string): Promise<Registry> {
  const key = await openKeyFile(keyFolderOf(dataDir, 'consortium'), 'consortium', 'sig');
  await writeWhole(consortiumKeysPath(dataDir), { keys: [key.publicJwk] });
  if (!(await isThere(registryPath(dataDir)))) {
    await publishRegistry(dataDir, {
      type: 'registry',
      schemaVersion: 1,
      version: 1,
      utilities: await Promise.all(DEMO_UTILITIES.map((utility) => entryOf(dataDir, utility))),
    });
  }
  const registry = new Registry(await readRegistry(dataDir));
  const all = registry.utilities.map(({ utility }) => utility);
  for (const utility of all) await makePairSecrets(dataDir, utility, all);
  return registry;
}
