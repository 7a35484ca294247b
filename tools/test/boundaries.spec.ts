import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/**
 * A small repository of the same shape that breaks each rule of .dependency-cruiser.cjs once. It lies
 * inside the repository so that the rules' own program is found, and is taken away afterwards.
 */
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const CONFIGURATION = join(REPOSITORY, '.dependency-cruiser.cjs');

const manifest = (name: string, dependencies: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify({ name, version: '0.1.0', type: 'module', dependencies });

const SOUND: Readonly<Record<string, string>> = {
  'package.json': manifest('small'),
  'node_modules/zod/package.json': manifest('zod'),
  'node_modules/zod/index.js': 'export const z = 1;',
  'node_modules/typeorm/package.json': manifest('typeorm'),
  'node_modules/typeorm/index.js': 'export const t = 1;',
  'libs/kernel/package.json': manifest('@roamgrid/kernel', { typeorm: '1.0.0' }),
  'libs/kernel/src/index.ts': "export * from './money.js';",
  'libs/kernel/src/money.ts': 'export const money = 1n;',
  'libs/tariff/package.json': manifest('@roamgrid/tariff', { zod: '1.0.0' }),
  'libs/tariff/src/index.ts':
    "import { z } from 'zod'; import { money } from '@roamgrid/kernel'; export const tariff = [z, money];",
  'libs/platform/src/index.ts':
    "import { hostname } from 'node:os'; export const host = hostname();",
  'services/aaa/package.json': manifest('@roamgrid/aaa', { typeorm: '1.0.0' }),
  'services/aaa/src/main.ts': "import { aaa } from './aaa.module.js'; aaa();",
  'services/aaa/src/aaa.module.ts':
    "import { store } from './adapters/postgres-store.js'; import { swipe } from './use-cases/swipe.js'; export const aaa = () => swipe(store);",
  'services/aaa/src/ports.ts': 'export type Store = { readonly n: number };',
  'services/aaa/src/adapters/postgres-store.ts':
    "import { t } from 'typeorm'; import type { Store } from '../ports.js'; export const store: Store = { n: t };",
  'services/aaa/src/use-cases/swipe.ts':
    "import type { Store } from '../ports.js'; export const swipe = (store: Store) => store.n;",
  'services/crp/src/crp.module.ts':
    "import { tariff } from '@roamgrid/tariff'; export const crp = tariff;",
  'services/all-in-one/src/main.ts':
    "import { aaa } from '@roamgrid/aaa'; import { crp } from '@roamgrid/crp'; import { contract } from '@roamgrid/chaincode'; aaa(crp, contract);",
  'chaincode/package.json': manifest('@roamgrid/chaincode'),
  'chaincode/src/index.ts':
    "import { money } from '@roamgrid/kernel'; import { createHash } from 'node:crypto'; export const contract = [money, createHash];",
  'tools/src/seed.ts': "import { money } from '@roamgrid/kernel'; export const seed = money;",
};

/** rule, the file that breaks it, its text */
const BREACHES: readonly (readonly [string, string, string])[] = [
  ['no-cycles', 'libs/platform/src/egg.ts', "import './hen.js'; export const egg = 1;"],
  ['no-orphans', 'services/crp/src/alone.ts', 'export const alone = 1;'],
  [
    'no-dead-files',
    'services/crp/src/unused.ts',
    "import { money } from '@roamgrid/kernel'; export { money };",
  ],
  ['no-unresolvable', 'libs/platform/src/lost.ts', "import './nowhere.js';"],
  ['no-undeclared-packages', 'services/crp/src/borrowed.ts', "import 'typeorm';"],
  ['pure-no-node', 'libs/kernel/src/clock.ts', "import 'node:os';"],
  ['pure-no-packages', 'libs/kernel/src/rows.ts', "import 'typeorm';"],
  ['layers-kernel', 'libs/kernel/src/up.ts', "import '@roamgrid/tariff';"],
  ['layers-merkle', 'libs/merkle/src/up.ts', "import '@roamgrid/kernel';"],
  ['layers-cin', 'libs/cin/src/up.ts', "import '@roamgrid/tariff';"],
  ['layers-documents', 'libs/documents/src/up.ts', "import '@roamgrid/tariff';"],
  ['layers-tariff', 'libs/tariff/src/up.ts', "import '@roamgrid/rating';"],
  ['layers-rating', 'libs/rating/src/index.ts', "import '@roamgrid/platform';"],
  ['layers-negotiation', 'libs/negotiation/src/up.ts', "import '@roamgrid/rating';"],
  ['layers-contracts', 'libs/contracts/src/up.ts', "import type {} from '@roamgrid/platform';"],
  ['libraries-below-services', 'libs/platform/src/up.ts', "import '@roamgrid/crp';"],
  [
    'libraries-by-their-entry',
    'services/crp/src/deep.ts',
    "import '../../../libs/kernel/src/money.js';",
  ],
  ['libraries-among-themselves', 'libs/tariff/src/deep.ts', "import '../../kernel/src/money.js';"],
  ['no-own-entry', 'libs/kernel/src/self.ts', "import './index.js';"],
  ['services-apart', 'services/crp/src/neighbour.ts', "import '@roamgrid/aaa';"],
  [
    'services-by-their-entry',
    'services/all-in-one/src/deep.ts',
    "import '../../aaa/src/ports.js';",
  ],
  ['cluster-apart', 'services/cluster/src/deep.ts', "import '@roamgrid/crp';"],
  ['ledger-behind-its-port', 'services/crp/src/ledger.ts', "import '@roamgrid/chaincode';"],
  [
    'use-cases-no-adapters',
    'services/aaa/src/use-cases/sql.ts',
    "import '../adapters/postgres-store.js';",
  ],
  ['use-cases-no-framework', 'services/aaa/src/use-cases/rows.ts', "import 'typeorm';"],
  [
    'only-modules-join-adapters',
    'services/aaa/src/aaa.handlers.ts',
    "import './adapters/postgres-store.js';",
  ],
  ['only-main-imports-modules', 'services/aaa/src/sideways.ts', "import './aaa.module.js';"],
  ['nobody-imports-programs', 'services/aaa/src/again.ts', "import './main.js';"],
  ['chaincode-pure', 'chaincode/src/host.ts', "import '@roamgrid/platform';"],
  ['chaincode-packages', 'chaincode/src/rows.ts', "import 'typeorm';"],
  ['chaincode-node', 'chaincode/src/files.ts', "import 'node:fs';"],
  ['nothing-imports-tools', 'services/crp/src/tool.ts', "import '../../../tools/src/seed.js';"],
];

const COMPANIONS: Readonly<Record<string, string>> = {
  'libs/platform/src/hen.ts': "import './egg.js'; export const hen = 1;",
};

interface Report {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const folders: string[] = [];

/** `rule file` for each violation in a repository of these files. */
async function cruise(files: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  await mkdir(join(REPOSITORY, '.cache'), { recursive: true });
  const root = await mkdtemp(join(REPOSITORY, '.cache/boundaries-'));
  folders.push(root);
  const check = await readFile(join(REPOSITORY, 'tsconfig.check.json'), 'utf8');
  const base = await readFile(join(REPOSITORY, 'tsconfig.base.json'), 'utf8');
  const all = { ...files, 'tsconfig.check.json': check, 'tsconfig.base.json': base };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const given = ['libs', 'services', 'chaincode', 'tools', '--config', CONFIGURATION];
  const child = spawn(process.execPath, [PROGRAM, ...given, '--output-type', 'json'], {
    cwd: root,
  });
  const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (!output.startsWith('{')) throw new Error(problems);
  const report = JSON.parse(output) as Report;
  return new Set(
    report.summary.violations.flatMap(({ rule, from, to }) => [
      `${rule.name} ${from}`,
      `${rule.name} ${to}`,
    ]),
  );
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describe('boundaries', () => {
  let found: ReadonlySet<string>;

  beforeAll(async () => {
    const breaches = BREACHES.map(([, path, content]) => [path, content] as const);
    found = await cruise({ ...SOUND, ...COMPANIONS, ...Object.fromEntries(breaches) });
  });

  it('are kept by a sound repository', async () => {
    expect([...(await cruise(SOUND))]).toEqual([]);
  });

  it.each(BREACHES)('%s is broken by %s', (rule, path) => {
    expect([...found]).toContain(`${rule} ${path}`);
  });

  it('has no rule that is not broken here', async () => {
    const configuration = (await import(CONFIGURATION)) as {
      readonly default: { readonly forbidden: readonly { readonly name: string }[] };
    };
    const rules = configuration.default.forbidden.map((rule) => rule.name);
    expect(BREACHES.map(([rule]) => rule).sort()).toEqual(rules.sort());
  });
});
