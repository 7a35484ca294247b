import { readSources, type SourceFile } from './repository.js';
import type { Finding } from './tidy-finding.js';
import { checkFolders } from './tidy-folders.js';
import { checkFileLengths, checkFunctionLengths } from './tidy-lengths.js';
import { checkPackage } from './tidy-packages.js';
import { checkTexts } from './tidy-texts.js';

/** What no linter holds: sizes, left-overs, names of folders, pinned versions, a README each. */
export function findUntidy(files: readonly SourceFile[]): readonly Finding[] {
  return [
    ...checkFileLengths(files),
    ...checkFolders(files),
    ...files.flatMap((file) => [
      ...checkFunctionLengths(file),
      ...checkPackage(file),
      ...checkTexts(file),
    ]),
  ];
}

/** `node tools/dist/tidy.js [folder]`: one line a finding, status 1 where there is any. */
export async function tidy(root: string, write: (line: string) => void): Promise<number> {
  const files = await readSources(root);
  const findings = findUntidy(files);
  for (const { path, line, rule, message } of findings) {
    write(`${path}:${String(line)} ${rule}: ${message}`);
  }
  write(`${String(files.length)} files read, ${String(findings.length)} findings`);
  return findings.length === 0 ? 0 : 1;
}
