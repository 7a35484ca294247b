import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readJsonFile, UnusableFile } from './read-json-file.js';
import { formatCheck } from './verify-check.js';
import { verifyDocuments, type Evidence } from './verify-documents.js';
import type { KeyFile } from './verify-signature.js';
import { wantsHelp } from './wants-help.js';

export const USAGE =
  'usage: npm run verify -- invoice.json [cdr.json proof.json] --jwks jwks.json [--jwks other.json]';

/** Where the command writes, a line at a time. */
export interface Printer {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

interface Files {
  readonly invoice: string;
  readonly charge?: { readonly cdr: string; readonly proof: string };
  readonly jwks: readonly string[];
}

const jwksFile = z.looseObject({
  keys: z.array(
    z.looseObject({
      kty: z.string(),
      kid: z.string().optional(),
      use: z.string().optional(),
      alg: z.string().optional(),
      crv: z.string().optional(),
      x: z.string().optional(),
      y: z.string().optional(),
    }),
  ),
});

/** The files that the arguments name; `null` when they are not as {@link USAGE} says. */
function readArguments(argv: readonly string[]): Files | null {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      options: { jwks: { type: 'string', multiple: true } },
      allowPositionals: true,
    });
  } catch {
    return null;
  }
  const jwks = parsed.values.jwks ?? [];
  const [invoice, cdr, proof, ...rest] = parsed.positionals;
  if (invoice === undefined || jwks.length === 0 || rest.length > 0) return null;
  if (cdr === undefined) return { invoice, jwks };
  return proof === undefined ? null : { invoice, charge: { cdr, proof }, jwks };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  const parsed = jwksFile.safeParse(await readJsonFile(path));
  if (!parsed.success) throw new UnusableFile(`${path} is not a JWKS`);
  return { name: path, jwks: parsed.data };
}

async function readEvidence({ invoice, charge, jwks }: Files): Promise<Evidence> {
  const keyFiles = [];
  // The same path twice is one file: two parties must not be shown by one party's keys.
  for (const path of new Set(jwks)) keyFiles.push(await readKeyFile(path));
  const evidence: Evidence = { invoice: await readJsonFile(invoice), keyFiles };
  if (charge === undefined) return evidence;
  const cdr = await readJsonFile(charge.cdr);
  return { ...evidence, charge: { cdr, proof: await readJsonFile(charge.proof) } };
}

/**
 * Verifies documents with nothing but files: one line a check on `out`.
 *
 * @returns the exit status: 0 when nothing failed, 1 when a check failed or a file cannot be used, 2 for
 *   wrong arguments
 */
export async function runVerify(argv: readonly string[], { out, err }: Printer): Promise<number> {
  if (wantsHelp(argv)) {
    out(USAGE);
    return 0;
  }
  const files = readArguments(argv);
  if (files === null) {
    err(USAGE);
    return 2;
  }
  try {
    const checks = await verifyDocuments(await readEvidence(files));
    for (const check of checks) out(formatCheck(check));
    return checks.some(({ outcome }) => outcome === 'FAIL') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    err(`verify: ${error.message}`);
    return 1;
  }
}
