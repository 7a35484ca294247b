import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

const KID = 'identity-1';
const ALGORITHM = 'ES256';

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code;
}

/** The key that tokens are signed with: made once, kept in a file of mode 0600. */
export async function openSigningKey(folder: string): Promise<JWK> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${KID}.json`);
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (kept !== null) return JSON.parse(kept) as JWK;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const made: JWK = { ...(await exportJWK(privateKey)), kid: KID, alg: ALGORITHM, use: 'sig' };
  try {
    await writeFile(path, JSON.stringify(made, null, 2), { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    // another process was first: its key is the one
    if (!isCode(error, 'EEXIST')) throw error;
    return JSON.parse(await readFile(path, 'utf8')) as JWK;
  }
}
