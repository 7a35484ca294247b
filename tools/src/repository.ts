import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json of the whole repository, with a trailing slash. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** A text file of the repository; `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.cache', '.roamgrid', 'coverage']);
const TEXT =
  /(\.([cm]?[jt]sx?|json|md|ya?ml|css|html|sh|env|txt)|Dockerfile|\.[a-z]+rc|\.example)$/;

async function collect(root: string, folder: string, found: SourceFile[]): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) await collect(root, path, found);
    else if (entry.isFile() && TEXT.test(entry.name)) {
      found.push({ path, text: await readFile(join(root, path), 'utf8') });
    }
  }
}

/** Every text file below `root` that is written by hand or checked in, in order of their paths. */
export async function readSources(root: string): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  await collect(root, '', found);
  return found;
}
