import { describe, expect, it } from '@jest/globals';
import { percentile95 } from '../src/tidy-lengths.js';
import { findUntidy } from '../src/tidy-rules.js';

/** Puts a word together that tidy would find in this file too. */
const word = (...pieces: readonly string[]): string => pieces.join('');

const rulesOf = (files: Readonly<Record<string, string>>): string[] =>
  findUntidy(Object.entries(files).map(([path, text]) => ({ path, text }))).map(
    (finding) => `${finding.path}:${String(finding.line)} ${finding.rule}`,
  );

/** Enough short files that one long file does not move the 95th percentile. */
const SHORT = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`tools/src/short-${String(index)}.ts`, '']),
);

const lines = (count: number, line = 'const a = 1;'): string => `${line}\n`.repeat(count);

describe('tidy finds', () => {
  it.each([
    ['a file that is too long', 'tools/src/a.ts', lines(501), 'tools/src/a.ts:501 file-length'],
    [
      'a function that is too long',
      'tools/src/a.ts',
      `\nexport function a() {\n${lines(70)}}\n`,
      'tools/src/a.ts:2 function-length',
    ],
    ['a reminder', 'tools/src/a.ts', `// ${word('TO', 'DO')} later`, 'tools/src/a.ts:1 reminder'],
    [
      'a path of one machine',
      'docs/a.md',
      `\nsee ${word('/wo', 'rk')}/main/docs`,
      'docs/a.md:2 machine-path',
    ],
    [
      'a home folder',
      'tools/src/a.ts',
      `'${word('/ho', 'me')}/ann/x'`,
      'tools/src/a.ts:1 machine-path',
    ],
    [
      'a registry in the lock file',
      'package-lock.json',
      '{\n"resolved": "https://registry.example/a.tgz"}',
      'package-lock.json:2 lock-file',
    ],
    [
      'a version that moves',
      'tools/package.json',
      '{"dependencies": {\n"zod": "^4.6.7"}}',
      'tools/package.json:2 exact-version',
    ],
    [
      'a pinned package of our own',
      'tools/package.json',
      '{"dependencies": {"@roamgrid/cin": "0.1.0"}}',
      'tools/package.json:1 exact-version',
    ],
    [
      'a test that runs alone',
      'tools/test/a.spec.ts',
      `${word('it.', 'only')}('x', f)`,
      'tools/test/a.spec.ts:1 focused-test',
    ],
    [
      'a test left out',
      'tools/test/a.spec.ts',
      `${word('describe.', 'skip')}('x', f)`,
      'tools/test/a.spec.ts:1 focused-test',
    ],
    [
      'a rule switched off without a reason',
      'tools/src/a.ts',
      `// ${word('eslint-', 'disable')}-next-line eqeqeq`,
      'tools/src/a.ts:1 silenced',
    ],
    ['a folder without a meaning', 'tools/src/utils/a.ts', '', 'tools/src/utils/:1 folder-name'],
    ['a service without a README', 'services/aaa/src/a.ts', '', 'services/aaa:1 readme'],
    [
      'a library that does not say what it is for',
      'libs/cin/src/index.ts',
      "export * from './cin.js';",
      'libs/cin:1 readme',
    ],
  ])('%s', (_what, path, text, expected) => {
    expect(rulesOf({ ...SHORT, [path]: text })).toEqual([expected]);
  });

  it('files that are too long on the whole', () => {
    expect(rulesOf({ 'a.ts': lines(301), 'b.ts': lines(301) })).toEqual(['.:1 file-length-p95']);
  });
});

describe('tidy accepts', () => {
  it.each([
    ['a file of 300 lines', 'tools/src/a.ts', lines(300)],
    [
      'a function of 70 lines with comments beside',
      'tools/src/a.ts',
      `function a() {\n${lines(68)}${lines(20, '// why')}}\n`,
    ],
    ['a long list of cases', 'tools/test/a.spec.ts', `describe('a', () => {\n${lines(90)}});\n`],
    [
      'a rule switched off with its reason',
      'tools/src/a.ts',
      `// ${word('eslint-', 'disable')}-next-line eqeqeq -- null and undefined alike`,
    ],
    ['an exact version', 'package.json', '{"dependencies": {"zod": "4.6.7"}}'],
    [
      'an exact version before its release',
      'package.json',
      '{"dependencies": {"a": "1.0.0-beta.17"}}',
    ],
    ['our own packages', 'package.json', '{"dependencies": {"@roamgrid/cin": "*"}}'],
    ['a lock file without hosts', 'package-lock.json', '{"version": "1.0.0"}'],
    [
      'a library with a docstring',
      'libs/cin/src/index.ts',
      "/** Numbers. */\nexport * from './cin.js';",
    ],
    ['a URL', 'docs/a.md', `https://example.org/${word('wo', 'rk')}/a`],
  ])('%s', (_what, path, text) => {
    expect(rulesOf({ [path]: text })).toEqual([]);
  });

  it.each([
    [[], 0],
    [[7], 7],
    [Array.from({ length: 100 }, (_, index) => index + 1), 95],
    [Array.from({ length: 20 }, (_, index) => 20 - index), 19],
  ])('takes the 95th percentile of %j', (lengths, expected) => {
    expect(percentile95(lengths)).toBe(expected);
  });
});
