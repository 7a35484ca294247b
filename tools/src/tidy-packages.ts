import { z } from 'zod';
import type { SourceFile } from './repository.js';
import type { Finding } from './tidy-finding.js';

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});

/** Our own packages are links and have no version to pin. */
const isPinned = (name: string, version: string): boolean =>
  name.startsWith('@roamgrid/') ? version === '*' : EXACT.test(version);

export function checkPackage(file: SourceFile): Finding[] {
  if (!/(^|\/)package\.json$/.test(file.path)) return [];
  const read = manifest.parse(JSON.parse(file.text));
  const lines = file.text.split('\n');
  return Object.entries({
    ...read.dependencies,
    ...read.devDependencies,
    ...read.optionalDependencies,
  })
    .filter(([name, version]) => !isPinned(name, version))
    .map(([name, version]) => ({
      path: file.path,
      line: lines.findIndex((line) => line.includes(`"${name}"`)) + 1,
      rule: 'exact-version',
      message: `${name} ${version}: the same install everywhere needs an exact version`,
    }));
}
