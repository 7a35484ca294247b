import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signedRegistry, type PublicJwk, type RegistryDocument } from '@roamgrid/contracts';
import { createSigner, keyFolderOf, openKeyFile, Registry } from '@roamgrid/platform';
import { DEMO_UTILITIES, type DemoUtility } from './demonstration/utilities.js';

const SIGNING_SERVICES = ['crp', 'profiles', 'aaa', 'settlement'];

/** All public halves of a utility's keys; the private ones are made here at first start. */
async function publicKeysOf(dataDir: string, utility: string): Promise<PublicJwk[]> {
  const folder = keyFolderOf(dataDir, utility);
  const files = await Promise.all([
    ...SIGNING_SERVICES.map((service) => openKeyFile(folder, service, 'sig')),
    openKeyFile(folder, 'profiles', 'enc'),
  ]);
  return files.map((file) => file.publicJwk as PublicJwk);
}

async function entryOf(
  dataDir: string,
  utility: DemoUtility,
): Promise<RegistryDocument['utilities'][number]> {
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

/** Reads the consortium's registry, or makes and signs its first version. */
export async function openConsortiumRegistry(dataDir: string): Promise<Registry> {
  const path = join(dataDir, 'registry.json');
  const existing = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null) return new Registry(signedRegistry.parse(JSON.parse(existing)).document);
  const document: RegistryDocument = {
    type: 'registry',
    schemaVersion: 1,
    version: 1,
    utilities: await Promise.all(DEMO_UTILITIES.map((utility) => entryOf(dataDir, utility))),
  };
  const key = await openKeyFile(keyFolderOf(dataDir, 'consortium'), 'consortium', 'sig');
  const signed = await createSigner(key).sign(document);
  await writeFile(path, `${JSON.stringify(signed, null, 2)}\n`);
  return new Registry(document);
}
