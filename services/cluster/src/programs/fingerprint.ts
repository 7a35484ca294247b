import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDERS = ['libs', 'services'];
const FINGERPRINT_DIGITS = 16;

/** Name, size and time of every built file: another build has another fingerprint. */
export async function fingerprintOf(root: string): Promise<string> {
  const packages = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(root, folder))).map((name) => join(root, folder, name, 'dist')),
    ),
  );
  const dists = [...packages.flat(), join(root, 'chaincode', 'dist')].sort();
  const files = await Promise.all(dists.map(filesOf));
  const lock = await lineOf(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update([lock, ...files.flat()].join('\n'));
  return hash.digest('hex').slice(0, FINGERPRINT_DIGITS);
}

async function filesOf(dist: string): Promise<string[]> {
  const names = await readdir(dist, { recursive: true }).catch((error: unknown) => {
    // a package that is only sources
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const built = names.filter((name) => name.endsWith('.js')).sort();
  return Promise.all(built.map((name) => lineOf(join(dist, name))));
}

async function lineOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${String(size)} ${String(mtimeMs)}`;
}
