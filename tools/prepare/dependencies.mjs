import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runChild } from './children.mjs';
import { CACHE, inRoot, ROOT } from './root.mjs';
import { PrepareError, say, secondsSince } from './say.mjs';

/** There while an installation of ours runs, and after one that was broken off. */
const UNFINISHED = join(CACHE, 'installing');

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

const isSame = (wanted, installed) =>
  wanted.link === true
    ? installed.link === true && installed.resolved === wanted.resolved
    : installed.version === wanted.version && installed.integrity === wanted.integrity;

/**
 * Is what package-lock.json wants what npm says it has installed? npm writes its own record last, so a
 * broken-off installation has none.
 */
export function areDependenciesInstalled() {
  if (existsSync(UNFINISHED)) return false;
  const wanted = readLock(inRoot('package-lock.json'));
  const installed = readLock(inRoot('node_modules', '.package-lock.json'));
  if (wanted === null)
    throw new PrepareError('package-lock.json is missing: this is no whole copy.');
  if (installed === null) return false;
  return Object.entries(wanted)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, entry]) => {
      const found = installed[path];
      // optional ones are left out where they do not fit the machine
      return found === undefined ? entry.optional === true : isSame(entry, found);
    });
}

/** npm as it called us, else the one on the path. */
function npmCommand() {
  const called = process.env.npm_execpath;
  return called !== undefined && basename(called) === 'npm-cli.js'
    ? { program: process.execPath, args: [called] }
    : { program: 'npm', args: [] };
}

/** Settings of the npm that called us stay its own: a silent one would hide why an install failed. */
function installEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(loglevel|json|omit|include|workspaces?|local_prefix)$/i.test(name),
    ),
  );
}

/**
 * `npm install` and not `npm ci`: a registry that lacks the packages of other systems leaves them out of
 * package-lock.json, which `npm ci` refuses. `--no-save` leaves package-lock.json as it is.
 */
const FLAGS = ['--no-save', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'];

/** npm takes half-written files of a broken-off installation for whole ones: such a folder goes. */
function removeUnfinished() {
  const isWhole = existsSync(inRoot('node_modules', '.package-lock.json'));
  if (isWhole && !existsSync(UNFINISHED)) return;
  rmSync(inRoot('node_modules'), { recursive: true, force: true });
}

export async function installDependencies() {
  const startMs = Date.now();
  removeUnfinished();
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(UNFINISHED, '');
  say('Installing dependencies (about half a minute)…');
  const { program, args } = npmCommand();
  const status = await runChild(program, [...args, 'install', ...FLAGS], {
    cwd: ROOT,
    env: installEnvironment(),
  });
  if (status !== 0) {
    throw new PrepareError(`Dependencies were not installed: npm ended with status ${status}.`);
  }
  rmSync(UNFINISHED, { force: true });
  if (!areDependenciesInstalled()) {
    throw new PrepareError(
      'Dependencies were not installed as package-lock.json says: remove node_modules, then try again.',
    );
  }
  say(`Dependencies are installed (${secondsSince(startMs)} s).`);
}
