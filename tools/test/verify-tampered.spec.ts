import { describe, expect, it } from '@jest/globals';
import { documentHash } from '@roamgrid/documents';
import { sha256 } from '../src/sha256.js';
import {
  HOME,
  HOME_JWKS,
  signedBy,
  signedWorld,
  VISITED,
  VISITED_JWKS,
  type Editable,
  type SignedWorld,
} from './signed-world.js';
import { at, namesOf, run, save, verifyWorld, type Outcome } from './verify-harness.js';

/** What somebody changes in the files afterwards. */
const TAMPERED: [string, (world: SignedWorld) => void, string[]][] = [
  [
    'a figure of the invoice',
    ({ invoice }) => (at(invoice, 'document')['dueDate'] = '2027-01-01T00:00:00Z'),
    ['invoice hash', 'invoice signature', 'cdr signer'],
  ],
  [
    'a figure of the invoice, with a new hash',
    ({ invoice }) => {
      at(invoice, 'document')['number'] = 'R-2';
      invoice['documentHash'] = documentHash(invoice['document'], sha256);
    },
    ['invoice signature', 'cdr signer'],
  ],
  ['the hash alone', ({ cdr }) => (cdr['documentHash'] = 'f'.repeat(64)), ['cdr hash']],
  [
    'the hash in capitals',
    ({ cdr }) => (cdr['documentHash'] = String(cdr['documentHash']).toUpperCase()),
    ['cdr hash'],
  ],
  [
    'the salt of the CDR',
    ({ cdr }) => (at(cdr, 'document')['salt'] = '0'.repeat(64)),
    ['cdr hash', 'cdr signature', 'cdr signer', 'cdr proof'],
  ],
  [
    'the CDR’s signature for the invoice’s',
    ({ invoice, cdr }) => (cdr['signature'] = invoice['signature']),
    ['cdr signature', 'cdr signer'],
  ],
  ['the index of the proof', ({ proof }) => (proof['index'] = 1), ['cdr proof']],
  ['the size of the proof', ({ proof }) => (proof['size'] = 8), ['cdr proof']],
  ['the path of the proof', ({ proof }) => (proof['path'] = []), ['cdr proof']],
  ['the shape of the proof', ({ proof }) => delete proof['path'], ['cdr proof']],
];

describe('files changed afterwards', () => {
  it.each(TAMPERED)('%s', async (_, tamper, failing) => {
    const world = signedWorld();
    tamper(world);
    const outcome = await verifyWorld(world);
    expect(namesOf('FAIL', outcome)).toEqual(failing);
    expect(outcome.status).toBe(1);
  });

  it.each([
    ['{"alg":"none","kid":"settlement-1"}', 'algorithm is not accepted'],
    ['{"alg":"HS256","kid":"settlement-1"}', 'algorithm is not accepted'],
    ['{"alg":"ES256","kid":"settlement-1"}', 'no key settlement-1 for ES256'],
    ['{"alg":"EdDSA","kid":"settlement-9"}', 'no key settlement-9 for EdDSA'],
    ['{"alg":"EdDSA","kid":"enc-1"}', 'no key enc-1 for EdDSA'],
    ['{"alg":"EdDSA","kid":"settlement-1","b64":false,"crit":["b64"]}', 'not accepted'],
    ['{"alg":"EdDSA"}', 'names no key'],
  ])('a header %s', async (header, reason) => {
    const { invoice } = signedWorld();
    const [, , signature = ''] = String(invoice['signature']).split('.');
    const encoded = Buffer.from(header).toString('base64url');
    const file = await save('invoice.json', { ...invoice, signature: `${encoded}..${signature}` });
    const outcome = await run([file, '--jwks', await save('jwks.json', VISITED_JWKS)]);
    expect(outcome.out).toContainEqual(expect.stringContaining(reason));
    expect(namesOf('FAIL', outcome)).toEqual(['invoice signature']);
    expect(outcome.status).toBe(1);
  });

  it('a float in a document', async () => {
    const { invoice } = signedWorld();
    at(invoice, 'document')['payable'] = 32.92;
    const file = await save('invoice.json', invoice);
    const outcome = await run([file, '--jwks', await save('jwks.json', VISITED_JWKS)]);
    expect(namesOf('FAIL', outcome)).toEqual([
      'invoice hash',
      'invoice signature',
      'invoice figures',
    ]);
  });

  it('an answer without signature, and one that is no answer', async () => {
    const { invoice } = signedWorld();
    const jwks = await save('jwks.json', VISITED_JWKS);
    for (const content of [{ ...invoice, signature: undefined }, [invoice], null, 'text', {}]) {
      const outcome = await run([
        await save('invoice.json', JSON.stringify(content)),
        '--jwks',
        jwks,
      ]);
      expect(namesOf('FAIL', outcome)).toEqual(['invoice shape']);
      expect(outcome.status).toBe(1);
    }
  });
});

/** Every path to a text, number or truth value below a node. */
function leafPaths(node: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof node !== 'object' || node === null) return [path];
  return Object.keys(node).flatMap((name) => leafPaths(at(node, name), [...path, name]));
}

describe('any one value', () => {
  it.each(['invoice', 'cdr'] as const)('of the document of the %s', async (name) => {
    const original = signedWorld();
    for (const path of leafPaths(original[name]['document'])) {
      const world = structuredClone(original);
      at(world[name], 'document', ...path.slice(0, -1))[path.at(-1) ?? ''] = 'changed';
      const outcome = await verifyWorld(world);
      const found = namesOf('FAIL', outcome);
      expect([path, found]).toEqual([
        path,
        expect.arrayContaining([`${name} hash`, `${name} signature`]),
      ]);
      expect(outcome.status).toBe(1);
    }
  });
});

describe('a document of two signers', () => {
  const agreement = { type: 'agreement', parties: ['alabama-power', 'duke-energy'] };
  const signatures = [
    { utility: 'duke-energy', signature: signedBy(VISITED.settlement, agreement)['signature'] },
    { utility: 'alabama-power', signature: signedBy(HOME.settlement, agreement)['signature'] },
  ];
  const hash = documentHash(agreement, sha256);

  async function verifyAgreement(given: unknown[], jwks: Editable[]): Promise<Outcome> {
    const answer = { document: agreement, documentHash: hash, signatures: given };
    const argv = [await save('agreement.json', answer)];
    for (const [index, keys] of jwks.entries()) {
      argv.push('--jwks', await save(`jwks-${String(index)}.json`, keys));
    }
    return run(argv);
  }

  it('needs both signatures and both utilities’ keys', async () => {
    const both = await verifyAgreement(signatures, [HOME_JWKS, VISITED_JWKS]);
    expect(namesOf('ok', both)).toHaveLength(3);
    const noInvoice = ['invoice kind', 'invoice figures'];
    expect(namesOf('FAIL', both)).toEqual(noInvoice);
    const one = await verifyAgreement(signatures, [VISITED_JWKS]);
    expect(namesOf('FAIL', one)).toEqual(['signature of alabama-power', ...noInvoice]);
    expect(one.status).toBe(1);
  });

  it('one party cannot sign for two', async () => {
    const [own] = signatures;
    const forged = [own, { ...own, utility: 'alabama-power' }];
    const outcome = await verifyAgreement(forged, [HOME_JWKS, VISITED_JWKS]);
    expect(namesOf('FAIL', outcome)).toContain('signature of alabama-power');
  });

  it('no signature is no signature', async () => {
    const outcome = await verifyAgreement([], [HOME_JWKS, VISITED_JWKS]);
    expect(namesOf('FAIL', outcome)).toEqual(['invoice shape']);
  });
});
