import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import ts from 'typescript';

const SERVICES_FOLDER = fileURLToPath(new URL('../../services/', import.meta.url));

/** `aaa.swipe` for each exported contract, by the name that a handler writes in `@Handles(…)`. */
const subjectByExport: ReadonlyMap<string, string> = new Map(
  Object.entries(contracts).flatMap(([name, value]): [string, string][] => {
    const contract = contracts.FLOW.find((candidate) => candidate === value);
    return contract === undefined ? [] : [[name, contracts.subjectOf(contract)]];
  }),
);

/** What a name stands for in a file: `import { swipe as s }` makes `s` mean `swipe`. */
function importedNames(source: ts.SourceFile): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const element of bindings.elements) {
      names.set(element.name.text, (element.propertyName ?? element.name).text);
    }
  }
  return names;
}

/** The contracts that a file's `@Handles(…)` decorators name. */
function handledIn(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const names = importedNames(source);
  const handled: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isDecorator(node) && ts.isCallExpression(node.expression)) {
      const { expression, arguments: given } = node.expression;
      if (expression.getText(source) === 'Handles') {
        const text = (given[0]?.getText(source) ?? '').replace(/^.*\./, '');
        handled.push(names.get(text) ?? text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return handled;
}

async function handledBy(service: string): Promise<string[]> {
  const folder = join(SERVICES_FOLDER, service, 'src');
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((name) => name.endsWith('.ts'));
  const handled = await Promise.all(
    files.map(async (name) => handledIn(name, await readFile(join(folder, name), 'utf8'))),
  );
  return handled.flat().map((name) => subjectByExport.get(name) ?? `not in FLOW: ${name}`);
}

describe('the flow', () => {
  it('names each message once', () => {
    const subjects = contracts.FLOW.map((contract) => contracts.subjectOf(contract));
    expect(subjects).toHaveLength(new Set(subjects).size);
    expect([...subjectByExport.values()].sort()).toEqual([...subjects].sort());
  });

  it.each(contracts.SERVICES)('is what %s handles, each message once', async (service) => {
    const expected = contracts.FLOW.filter((contract) => contract.service === service);
    expect((await handledBy(service)).sort()).toEqual(
      expected.map((contract) => contracts.subjectOf(contract)).sort(),
    );
  });

  it.each(contracts.SERVICES)('stands in the README of %s', async (service) => {
    const readme = await readFile(join(SERVICES_FOLDER, service, 'README.md'), 'utf8');
    const handled = contracts.FLOW.filter((contract) => contract.service === service);
    expect(handled.filter(({ name }) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(['edge', 'identity', 'all-in-one', 'cluster'])(
    'has no handler in %s',
    async (service) => {
      expect(await handledBy(service)).toEqual([]);
    },
  );

  it('reads handlers as they are written', () => {
    const text = `import { swipe as tap } from '@roamgrid/contracts';
      class A { @Handles(tap) a() {} @Handles(charge.consent) b() {} @Other(swipe) c() {} }`;
    expect(handledIn('a.ts', text)).toEqual(['swipe', 'consent']);
  });
});
