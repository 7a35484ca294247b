import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runChild } from './children.mjs';
import { CACHE, inRoot, ROOT } from './root.mjs';
import { PrepareError, say, secondsSince } from './say.mjs';

const STAMP = join(CACHE, 'build.sha256');

/** The packages that `tsc -b` at the root builds. */
function builtPackages() {
  const { references } = JSON.parse(readFileSync(inRoot('tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path);
}

function filesBelow(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** A hash of what the build reads: names, sizes and times; contents are the compiler's own matter. */
function fingerprint(packages) {
  const files = [
    ...['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'],
    ...packages.flatMap((path) => [
      `${path}/package.json`,
      `${path}/tsconfig.json`,
      ...filesBelow(`${path}/src`),
    ]),
  ];
  const hash = createHash('sha256');
  for (const path of files.sort()) {
    const { mtimeMs, size } = statSync(inRoot(path));
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}

const isMissing = (path) => !existsSync(inRoot(path, 'dist'));

/** What the compiler believes to have written is gone: it would not write it again. */
function forgetMissing(packages) {
  for (const path of packages.filter(isMissing)) {
    rmSync(inRoot(path, 'tsconfig.tsbuildinfo'), { force: true });
  }
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

export function isBuilt() {
  const packages = builtPackages();
  return !packages.some(isMissing) && readStamp() === fingerprint(packages);
}

export async function build() {
  const startMs = Date.now();
  const packages = builtPackages();
  const before = fingerprint(packages);
  say('Building (about half a minute the first time)…');
  forgetMissing(packages);
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  const status = await runChild(process.execPath, [compiler, '-b'], { cwd: ROOT });
  if (status !== 0) {
    throw new PrepareError(`The build failed: tsc -b ended with status ${status}.`);
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(STAMP, before);
  say(`Built (${secondsSince(startMs)} s).`);
}
