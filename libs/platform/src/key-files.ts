import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface KeyFile {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK & { kid: string; use: 'sig' | 'enc'; alg: string };
}

const ALGORITHMS = {
  sig: { alg: 'EdDSA', generate: { crv: 'Ed25519' } },
  enc: { alg: 'ECDH-ES+A256KW', generate: { crv: 'X25519' } },
} as const;

/** A file that is written once, readable by its owner only; a second writer reads the first's. */
async function writeOnce(path: string, content: string): Promise<string> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(path, 'utf8');
  }
}

/** Opens `<folder>/<service>-1.json`, or makes it. `use` enc makes the key that PINs are encrypted to. */
export async function openKeyFile(
  folder: string,
  service: string,
  use: 'sig' | 'enc',
): Promise<KeyFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { alg, generate } = ALGORITHMS[use];
  const kid = use === 'enc' ? `${service}-pin-1` : `${service}-1`;
  const path = join(folder, `${kid}.json`);
  const existing = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null) return JSON.parse(existing) as KeyFile;
  const pair = await generateKeyPair(alg, { ...generate, extractable: true });
  const made: KeyFile = {
    kid,
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid, alg, use },
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid, alg, use },
  };
  return JSON.parse(await writeOnce(path, JSON.stringify(made, null, 2))) as KeyFile;
}

/** A random 32-byte secret kept in a file of its own: the key of keyed hashes. */
export async function openSecretFile(folder: string, name: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.secret`);
  return Buffer.from(await writeOnce(path, randomBytes(32).toString('hex')), 'hex');
}
