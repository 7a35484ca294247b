import type { SourceFile } from './repository.js';
import type { Finding } from './tidy-finding.js';

const NAMELESS = /(^|\/)(utils?|common|helpers?|shared|misc)\//;

function foldersOf(files: readonly SourceFile[], parent: string): string[] {
  const folders = files
    .map((file) => file.path.split('/'))
    .filter((parts) => parts[0] === parent && parts.length > 2)
    .map((parts) => `${parent}/${parts[1] ?? ''}`);
  return [...new Set(folders)];
}

function checkNames(files: readonly SourceFile[]): Finding[] {
  const folders = files.flatMap((file) => {
    const match = NAMELESS.exec(file.path);
    return match === null ? [] : [file.path.slice(0, match.index + match[0].length)];
  });
  return [...new Set(folders)].map((path) => ({
    path,
    line: 1,
    rule: 'folder-name',
    message: 'a folder is named after what is in it',
  }));
}

/** Services say in a README what they are for, libraries there or at the head of index.ts. */
export function checkFolders(files: readonly SourceFile[]): Finding[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const services = foldersOf(files, 'services')
    .filter((folder) => !texts.has(`${folder}/README.md`))
    .map((path) => ({ path, line: 1, rule: 'readme', message: 'a service has a README.md' }));
  const libraries = foldersOf(files, 'libs')
    .filter(
      (folder) =>
        !texts.has(`${folder}/README.md`) &&
        !/^\s*\/\*\*/.test(texts.get(`${folder}/src/index.ts`) ?? ''),
    )
    .map((path) => ({
      path,
      line: 1,
      rule: 'readme',
      message: 'a library has a README.md or a docstring at the head of src/index.ts',
    }));
  return [...checkNames(files), ...services, ...libraries];
}
