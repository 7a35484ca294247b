import { cdrDocument } from '@roamgrid/contracts';
import { documentHash } from '@roamgrid/documents';
import { z } from 'zod';
import { readPart } from './verify-figures.js';
import { assertSame, check, type Check } from './verify-check.js';
import { assertInForce } from './verify-instants.js';
import {
  describeSigner,
  filesOfHome,
  findSigner,
  type KeyFile,
  type Signer,
} from './verify-signature.js';
import { sha256 } from './sha256.js';

const anySigned = <Members extends z.ZodRawShape>(members: Members) =>
  z.looseObject({
    document: z.looseObject(members),
    documentHash: z.string(),
    signature: z.string(),
  });

const text = z.string();

const entitling = cdrDocument
  .pick({ sessionId: true, homeUtility: true, visitedUtility: true, pseudonym: true })
  .extend({
    agreedTariff: z.looseObject({ documentHash: text }),
    mandate: anySigned({
      homeUtility: text,
      visitedUtility: text,
      pseudonym: text,
      agreedTariffHash: text,
      notBefore: text,
      notAfter: text,
      offline: z
        .looseObject({
          entry: anySigned({ pseudonym: text, number: z.number() }),
          directory: anySigned({ number: z.number() }),
        })
        .optional(),
    }),
    quote: anySigned({ sessionId: text, mandateHash: text, agreedTariffHash: text }),
    consent: anySigned({ sessionId: text, quoteHash: text }),
  })
  .loose();

type Entitling = z.infer<typeof entitling>;

function checkLinks(document: unknown): string {
  const { mandate, quote, consent, ...cdr } = readPart(entitling, document);
  for (const [name, signed] of Object.entries({ mandate, quote, consent })) {
    assertSame(
      `the hash of the ${name}`,
      signed.documentHash,
      documentHash(signed.document, sha256),
    );
  }
  assertSame('the consent’s quote', consent.document.quoteHash, quote.documentHash);
  assertSame('the quote’s mandate', quote.document.mandateHash, mandate.documentHash);
  assertSame('the consent’s session', consent.document.sessionId, cdr.sessionId);
  assertSame('the quote’s session', quote.document.sessionId, cdr.sessionId);
  assertSame('the mandate’s consumer', mandate.document.pseudonym, cdr.pseudonym);
  assertSame('the mandate’s home', mandate.document.homeUtility, cdr.homeUtility);
  assertSame('the mandate’s visited side', mandate.document.visitedUtility, cdr.visitedUtility);
  const { documentHash: hash } = cdr.agreedTariff;
  assertSame('the mandate’s agreed tariff', mandate.document.agreedTariffHash, hash);
  assertSame('the quote’s agreed tariff', quote.document.agreedTariffHash, hash);
  assertInForce('the mandate', mandate.document, document);
  return 'consent to the quote, quote under the mandate, all of this session';
}

/** Home must have signed the mandate, or, where it was silent, what visited made the mandate on. */
async function checkMandateSignature(
  { mandate, ...cdr }: Entitling,
  visited: Signer | null,
  keyFiles: readonly KeyFile[],
): Promise<string> {
  const homeFiles = filesOfHome(cdr, visited, keyFiles);
  const { offline } = mandate.document;
  if (offline === undefined) {
    return describeSigner(await findSigner(mandate.document, mandate.signature, homeFiles));
  }
  const { entry, directory } = offline;
  const visitedFiles = visited === null ? keyFiles : [visited.keyFile];
  await findSigner(mandate.document, mandate.signature, visitedFiles);
  await findSigner(directory.document, directory.signature, homeFiles);
  assertSame('the entry’s consumer', entry.document.pseudonym, cdr.pseudonym);
  const signer = await findSigner(entry.document, entry.signature, homeFiles);
  return `off-line rule, directory entry ${describeSigner(signer)}`;
}

/**
 * What entitles a CDR: home's mandate, the quote under it, the driver's consent to that quote.
 *
 * @param signer of the visited utility, `null` where that could not be found out
 */
export async function checkEntitlement(
  document: unknown,
  signer: Signer | null,
  keyFiles: readonly KeyFile[],
): Promise<Check[]> {
  const visitedFiles = signer === null ? keyFiles : [signer.keyFile];
  const read = (): Entitling => readPart(entitling, document);
  const signatureBy = (name: 'quote' | 'consent'): Promise<Check> =>
    check(`cdr ${name} signature`, async () => {
      const signed = read()[name];
      return describeSigner(await findSigner(signed.document, signed.signature, visitedFiles));
    });
  return [
    await check('cdr entitlement', () => checkLinks(document)),
    await signatureBy('quote'),
    await signatureBy('consent'),
    await check('cdr mandate signature', () => checkMandateSignature(read(), signer, keyFiles)),
  ];
}
