import { afterEach, beforeEach } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runVerify } from '../src/verify-command.js';
import { HOME_JWKS, VISITED_JWKS, type Editable, type SignedWorld } from './signed-world.js';

/** What one run of the command gave. */
export interface Outcome {
  readonly status: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** A folder of its own for each test. */
export let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Writes a file into the test's folder; a text as it is, anything else as JSON. */
export async function save(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

export async function run(argv: readonly string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runVerify(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { status, out, err };
}

/** Verifies an invoice with CDR and proof, each JWKS in a file of its own. */
export async function verifyWorld(
  { invoice, cdr, proof }: SignedWorld,
  jwks: readonly Editable[] = [VISITED_JWKS, HOME_JWKS],
): Promise<Outcome> {
  const files = [
    await save('invoice.json', invoice),
    await save('cdr.json', cdr),
    await save('proof.json', proof),
  ];
  for (const [index, keys] of jwks.entries()) {
    files.push('--jwks', await save(`jwks-${String(index)}.json`, keys));
  }
  return run(files);
}

/** Names of the checks with this outcome, in order. */
export const namesOf = (outcome: string, { out }: Outcome): string[] =>
  out.filter((line) => line.startsWith(outcome)).map((line) => line.slice(6).split(': ')[0] ?? '');

/** The node at a path of a JSON tree. */
export function at(document: unknown, ...path: (string | number)[]): Editable {
  return path.reduce<unknown>((node, name) => (node as Editable)[name], document) as Editable;
}

/** In the order in which they are made. */
export const ALL_CHECKS = [
  'invoice hash',
  'invoice signature',
  'invoice figures',
  'cdr hash',
  'cdr signature',
  'cdr signer',
  'cdr on invoice',
  'cdr proof',
  'cdr metering',
  'cdr figures',
  'cdr re-rating',
  'cdr agreed tariff',
  'cdr tariff signature of visited',
  'cdr tariff signature of home',
  'cdr entitlement',
  'cdr quote signature',
  'cdr consent signature',
  'cdr mandate signature',
];
