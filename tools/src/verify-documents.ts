import { cdrDocument, invoiceDocument } from '@roamgrid/contracts';
import { canonicalBytes, documentHash } from '@roamgrid/documents';
import { hashFromHex, leafHash, verifyInclusion } from '@roamgrid/merkle';
import { z } from 'zod';
import { sha256 } from './sha256.js';
import { assertSame, check, Difference, type Check } from './verify-check.js';
import { checkAgreedTariff } from './verify-agreed-tariff.js';
import { checkEntitlement } from './verify-entitlement.js';
import {
  checkCdrFigures,
  checkInvoiceFigures,
  checkMetering,
  checkRerating,
  firstIssue,
  readPart,
} from './verify-figures.js';
import { checkSignedMeter } from './verify-meter.js';
import { describeSigner, findSigner, type KeyFile, type Signer } from './verify-signature.js';

/** What is verified: the API's answers as they were saved. */
export interface Evidence {
  readonly invoice: unknown;
  readonly charge?: { readonly cdr: unknown; readonly proof: unknown };
  readonly keyFiles: readonly KeyFile[];
}

const partySignature = z.looseObject({ utility: z.string(), signature: z.string() });

const answer = z
  .looseObject({
    document: z.record(z.string(), z.unknown()),
    documentHash: z.string(),
    signature: z.string().optional(),
    signatures: z.array(partySignature).min(1).optional(),
  })
  .refine(
    ({ signature, signatures }) => (signature === undefined) !== (signatures === undefined),
    'holds neither signature nor signatures, or both',
  );
type Answer = z.infer<typeof answer>;

const inclusionProof = z.looseObject({
  index: z.int(),
  size: z.int(),
  path: z.array(z.string()).max(64),
});

const onInvoice = invoiceDocument
  .pick({
    visitedUtility: true,
    homeUtility: true,
    currency: true,
    lineCount: true,
    sequenceFrom: true,
    sequenceTo: true,
    merkleRoot: true,
    totalExclTax: true,
    tax: true,
    totalInclTax: true,
  })
  .loose();

const ofInvoice = cdrDocument
  .pick({
    visitedUtility: true,
    homeUtility: true,
    currency: true,
    sequence: true,
    totalExclTax: true,
    tax: true,
    totalInclTax: true,
  })
  .loose();

/** Each party's signature must be made with keys of a file of its own: one party cannot sign for two. */
async function checkPartySignatures(
  { document, signatures = [] }: Answer,
  keyFiles: readonly KeyFile[],
): Promise<Check[]> {
  const unused = [...keyFiles];
  const checks: Check[] = [];
  for (const { utility, signature } of signatures) {
    const made = await check(`signature of ${utility}`, async () => {
      const signer = await findSigner(document, signature, unused);
      unused.splice(unused.indexOf(signer.keyFile), 1);
      return describeSigner(signer);
    });
    checks.push(made);
  }
  return checks;
}

interface Verified {
  readonly checks: readonly Check[];
  readonly signer: Signer | null;
}

/** Shape, hash and signatures of one answer. */
async function verifyAnswer(
  name: string,
  given: unknown,
  keyFiles: readonly KeyFile[],
): Promise<Verified & { readonly document: unknown }> {
  let signer: Signer | null = null;
  const parsed = answer.safeParse(given);
  if (!parsed.success) {
    const shape = await check(`${name} shape`, () => {
      throw new Difference(firstIssue(parsed.error));
    });
    return { checks: [shape], signer, document: null };
  }
  const { document, documentHash: announced, signature } = parsed.data;
  const hashCheck = await check(`${name} hash`, () => {
    assertSame('documentHash', announced, documentHash(document, sha256));
    return announced;
  });
  if (signature === undefined) {
    const signatureChecks = await checkPartySignatures(parsed.data, keyFiles);
    return { checks: [hashCheck, ...signatureChecks], signer, document };
  }
  const signatureCheck = await check(`${name} signature`, async () => {
    signer = await findSigner(document, signature, keyFiles);
    return describeSigner(signer);
  });
  return { checks: [hashCheck, signatureCheck], signer, document };
}

function checkBelongs(invoiceGiven: unknown, cdrGiven: unknown): string {
  const invoice = readPart(onInvoice, invoiceGiven);
  const cdr = readPart(ofInvoice, cdrGiven);
  for (const name of ['visitedUtility', 'homeUtility', 'currency'] as const) {
    assertSame(`the CDR’s ${name}`, cdr[name], invoice[name]);
  }
  const { sequenceFrom, sequenceTo, lineCount } = invoice;
  if (cdr.sequence < sequenceFrom || cdr.sequence > sequenceTo) {
    const span = `${String(sequenceFrom)} to ${String(sequenceTo)}`;
    throw new Difference(`the CDR’s sequence ${String(cdr.sequence)} is not among ${span}`);
  }
  if (lineCount === 1) {
    for (const name of ['totalExclTax', 'tax', 'totalInclTax'] as const) {
      assertSame(`the only line’s ${name}`, cdr[name], invoice[name]);
    }
  }
  return `number ${String(cdr.sequence)} from ${cdr.visitedUtility} to ${cdr.homeUtility}`;
}

function checkProof(invoiceGiven: unknown, cdr: unknown, proofGiven: unknown): string {
  const { merkleRoot, lineCount } = readPart(onInvoice, invoiceGiven);
  const proof = readPart(inclusionProof, proofGiven);
  assertSame('the size of the tree', String(proof.size), String(lineCount));
  const root = hashFromHex(merkleRoot);
  const leaf = leafHash(canonicalBytes(cdr), sha256);
  if (root === null || !verifyInclusion(proof, leaf, root, sha256)) {
    throw new Difference('the path does not lead from this CDR to the invoice’s merkleRoot');
  }
  return `line ${String(proof.index + 1)} of ${String(proof.size)} under ${merkleRoot}`;
}

function checkSameSigner(invoice: Signer | null, cdr: Signer | null): string {
  if (invoice === null || cdr === null) throw new Difference('a signature was not verified');
  if (cdr.keyFile !== invoice.keyFile) {
    throw new Difference(`signed with keys of ${cdr.keyFile.name}, not of ${invoice.keyFile.name}`);
  }
  return `keys of ${cdr.keyFile.name}, as the invoice`;
}

/** All checks in the order of the way from the invoice down to the metered energy; none stops the next. */
export async function verifyDocuments({ invoice, charge, keyFiles }: Evidence): Promise<Check[]> {
  const issued = await verifyAnswer('invoice', invoice, keyFiles);
  const { document } = issued;
  const checks: Check[] = [
    ...issued.checks,
    ...(await checkKind('invoice', 'an invoice', onInvoice, document)),
  ];
  if (charge !== undefined || document !== null) {
    checks.push(await check('invoice figures', () => checkInvoiceFigures(document)));
  }
  if (charge === undefined) return checks;
  const cdr = await verifyAnswer('cdr', charge.cdr, keyFiles);
  const visited = issued.signer ?? cdr.signer;
  return [
    ...checks,
    ...cdr.checks,
    ...(await checkKind('cdr', 'a CDR', ofInvoice, cdr.document)),
    await check('cdr signer', () => checkSameSigner(issued.signer, cdr.signer)),
    await check('cdr on invoice', () => checkBelongs(document, cdr.document)),
    await check('cdr proof', () => checkProof(document, cdr.document, charge.proof)),
    await check('cdr metering', () => checkMetering(cdr.document)),
    ...(await checkSignedMeter(cdr.document, visited, keyFiles)),
    await check('cdr figures', () => checkCdrFigures(cdr.document)),
    await check('cdr re-rating', () => checkRerating(cdr.document)),
    ...(await checkAgreedTariff(cdr.document, visited, keyFiles)),
    ...(await checkEntitlement(cdr.document, visited, keyFiles)),
  ];
}

/**
 * A document that is well signed may still be another than the one it is given for. Says nothing where it is
 * of its kind.
 */
async function checkKind(
  name: 'invoice' | 'cdr',
  kind: string,
  schema: z.ZodType,
  document: unknown,
): Promise<Check[]> {
  const isTyped = z.looseObject({ type: z.literal(name) }).safeParse(document).success;
  const parsed = schema.safeParse(document);
  if (document === null || (isTyped && parsed.success)) return [];
  const fault = isTyped && !parsed.success ? firstIssue(parsed.error) : 'its type is another';
  const checked = await check(`${name} kind`, () => {
    throw new Difference(`not ${kind}: ${fault}`);
  });
  return [checked];
}
