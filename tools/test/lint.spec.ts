import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { REPOSITORY } from '../src/repository.js';

/**
 * The rules of our own in eslint.config.mjs, run with the options that a file of the given path gets.
 * Only rules that need no types are run, so that no program has to be built.
 */
const OWN_RULES = ['no-restricted-syntax', 'no-restricted-globals', 'no-restricted-properties'];

const DIVISION = /State the rounding/;
const ENVIRONMENT = /reads the environment/;
const CLOCK = /Unexpected use of 'Date'/;

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({ cwd: REPOSITORY });
});

async function complaints(path: string, code: string): Promise<string[]> {
  const config = (await eslint.calculateConfigForFile(path)) as Linter.Config;
  const rules = Object.fromEntries(
    OWN_RULES.flatMap((name) => {
      const options = config.rules?.[name];
      return options === undefined ? [] : [[name, options]];
    }),
  );
  const messages = new Linter({ cwd: REPOSITORY }).verify(
    code,
    [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, rules }],
    path,
  );
  return messages.map((message) => message.message);
}

describe('the linter refuses', () => {
  it.each<[string, string, RegExp]>([
    ['libs/rating/src/rate.ts', 'export const half = 3n / 2n;', DIVISION],
    ['libs/kernel/src/money.ts', 'let a = 3n; a /= 2n;', DIVISION],
    ['services/settlement/src/accounts.ts', 'export const half = 3n / 2n;', DIVISION],
    ['libs/tariff/src/tariff.ts', 'export const a = (1).toFixed(2);', /toFixed/],
    ['libs/negotiation/src/grid.ts', "export const a = parseFloat('1');", /parseFloat/],
    ['libs/merkle/src/tree.ts', "export const a = Number.parseFloat('1');", /parseFloat/],
    ['services/settlement/src/accounts.ts', "export const a = Number('1');", /stays a bigint/],
    ['libs/rating/src/rate.ts', "export const a = +'1';", /stays a bigint/],
    ['services/aaa/src/main.ts', 'export const a = process.env.A;', ENVIRONMENT],
    [
      'libs/platform/src/log.ts',
      "import { env } from 'node:process'; export { env };",
      ENVIRONMENT,
    ],
    ['libs/cin/src/cin.ts', 'export default 1;', /by name/],
    ['libs/cin/src/cin.ts', 'export const now = Date.now();', CLOCK],
    ['libs/contracts/src/flow.ts', 'export const a = Math.random();', /Randomness/],
  ])('in %s: %s', async (path, code, message) => {
    expect(await complaints(path, code)).toEqual([expect.stringMatching(message)]);
  });
});

describe('the linter accepts', () => {
  it.each([
    ['libs/kernel/src/rounding.ts', 'export const half = 3n / 2n;'],
    ['libs/kernel/src/instant.ts', 'export const a = new Date(0);'],
    ['libs/persistence/src/index.ts', 'export const half = 3 / 2;'],
    ['services/aaa/src/aaa.config.ts', 'export const a = process.env.A;'],
    ['libs/rating/test/steps.spec.ts', 'export const half = 3 / 2;'],
    ['libs/rating/src/rate.ts', 'export const a = Number.isSafeInteger(1);'],
  ])('in %s: %s', async (path, code) => {
    expect(await complaints(path, code)).toEqual([]);
  });
});
