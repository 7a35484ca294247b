import { agreedTariffDocument, cdrDocument, loadInForce } from '@roamgrid/contracts';
import { documentHash } from '@roamgrid/documents';
import { z } from 'zod';
import { sha256 } from './sha256.js';
import { assertSame, check, Difference, type Check } from './verify-check.js';
import { readPart } from './verify-figures.js';
import { assertInForce } from './verify-instants.js';
import {
  describeSigner,
  findSigner,
  filesOfHome,
  type KeyFile,
  type Signer,
} from './verify-signature.js';

const text = z.string();
const SHARED = ['homeUtility', 'visitedUtility', 'customerClass', 'stationClass'] as const;
const shared = { homeUtility: text, visitedUtility: text, customerClass: text, stationClass: text };

const priced = cdrDocument
  .pick({ agreementHash: true })
  .extend({
    ...shared,
    tariff: z.looseObject({}),
    agreedTariff: z.looseObject({
      document: z.looseObject({
        ...shared,
        agreementHash: text.nullable(),
        notBefore: text,
        notAfter: text,
        tariff: z.looseObject({}),
      }),
      documentHash: text,
      signatures: z.array(z.looseObject({ utility: text, signature: text })),
    }),
  })
  .loose();
type Priced = z.infer<typeof priced>;

const citing = z.looseObject({
  loadBands: z.unknown().optional(),
  agreedTariff: z.looseObject({ document: z.looseObject({ loadSignals: z.unknown().optional() }) }),
});
const loaded = cdrDocument
  .pick({ startAt: true, endAt: true, loadBands: true })
  .extend({
    agreedTariff: z.looseObject({
      document: agreedTariffDocument.pick({ loadSignals: true, loadBands: true }).loose(),
    }),
  })
  .loose();

/** The load bands on the record are those that both utilities signed, over the time of the session. */
function checkLoad(document: unknown): void {
  const { loadBands, agreedTariff } = readPart(citing, document);
  if (loadBands === undefined && agreedTariff.document.loadSignals === undefined) return;
  const cdr = readPart(loaded, document);
  const inForce = loadInForce(cdr.agreedTariff.document, cdr);
  assertSame(
    'the load in force',
    documentHash({ loadBands: cdr.loadBands ?? [] }, sha256),
    documentHash({ loadBands: inForce ?? [] }, sha256),
  );
}

/** The tariff that was rated is the one under the agreed hash, agreed for this pair, class and time. */
function checkTariff(document: unknown): string {
  const cdr = readPart(priced, document);
  const { document: agreed, documentHash: announced } = cdr.agreedTariff;
  assertSame('the hash of the agreed tariff', announced, documentHash(agreed, sha256));
  assertSame(
    'the hash of the tariff that was rated',
    documentHash(cdr.tariff, sha256),
    documentHash(agreed.tariff, sha256),
  );
  for (const name of SHARED) assertSame(`the agreed tariff’s ${name}`, agreed[name], cdr[name]);
  assertSame(
    'the agreed tariff’s agreement',
    String(agreed.agreementHash),
    String(cdr.agreementHash),
  );
  checkLoad(document);
  assertInForce('the agreed tariff', agreed, document);
  return `the one under ${announced}`;
}

function signatureOf({ agreedTariff }: Priced, utility: string): string {
  const entry = agreedTariff.signatures.find((candidate) => candidate.utility === utility);
  if (entry === undefined) throw new Difference(`${utility} has not signed the agreed tariff`);
  return entry.signature;
}

/**
 * Whether the price of a CDR was agreed: both parties signed it, each with keys of its own file.
 *
 * @param visited signer of the CDR, `null` where that could not be found out
 */
export async function checkAgreedTariff(
  document: unknown,
  visited: Signer | null,
  keyFiles: readonly KeyFile[],
): Promise<Check[]> {
  const signedBy = async (utility: string, cdr: Priced, files: readonly KeyFile[]) =>
    describeSigner(await findSigner(cdr.agreedTariff.document, signatureOf(cdr, utility), files));
  return [
    await check('cdr agreed tariff', () => checkTariff(document)),
    await check('cdr tariff signature of visited', () => {
      const cdr = readPart(priced, document);
      const files = visited === null ? keyFiles : [visited.keyFile];
      return signedBy(cdr.visitedUtility, cdr, files);
    }),
    await check('cdr tariff signature of home', () => {
      const cdr = readPart(priced, document);
      return signedBy(cdr.homeUtility, cdr, filesOfHome(cdr, visited, keyFiles));
    }),
  ];
}
