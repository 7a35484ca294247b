import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { USAGE } from '../src/verify-command.js';
import {
  es256,
  HOME_JWKS,
  jwksOf,
  signedWorld,
  VISITED,
  VISITED_JWKS,
  type Editable,
  type SignedWorld,
} from './signed-world.js';
import { ALL_CHECKS, at, folder, namesOf, run, save, verifyWorld } from './verify-harness.js';

describe('honest documents', () => {
  it('pass every check, a line each', async () => {
    const outcome = await verifyWorld(signedWorld());
    expect(outcome.out.filter((line) => !line.startsWith('ok'))).toEqual([]);
    expect(namesOf('ok', outcome)).toEqual(ALL_CHECKS);
    expect(outcome).toMatchObject({ status: 0, err: [] });
    // 20 kWh at 0.285 and 10 min at 3.00/h are 6.20; 7.25 % of it is 0.4495.
    expect(outcome.out).toContainEqual('ok    cdr re-rating: 2 lines, 6.65 USD');
    expect(outcome.out).toContainEqual(
      expect.stringMatching(/^ok {4}cdr proof: line 3 of 5 under /),
    );
  });

  it('a charge below the minimum price is re-rated with its adjustment', async () => {
    const world = signedWorld({
      agreedTariff: (agreed) =>
        (at(agreed, 'tariff')['min_price'] = { excl_vat: '10.00', incl_vat: '10.73' }),
    });
    const outcome = await verifyWorld(world);
    expect(outcome.out).toContainEqual('ok    cdr re-rating: 3 lines, 10.73 USD');
    expect(outcome.status).toBe(0);
  });

  it('the order of the JWKS files does not matter', async () => {
    const outcome = await verifyWorld(signedWorld(), [HOME_JWKS, VISITED_JWKS]);
    expect(outcome.status).toBe(0);
  });

  it('without home’s keys its mandate and its agreement to the price are said to be unchecked', async () => {
    const outcome = await verifyWorld(signedWorld(), [VISITED_JWKS]);
    expect(outcome.status).toBe(0);
    const skipped = ['cdr tariff signature of home', 'cdr mandate signature'];
    expect(namesOf('skip', outcome)).toEqual(skipped);
    expect(namesOf('ok', outcome)).toEqual(ALL_CHECKS.filter((name) => !skipped.includes(name)));
  });

  it('an invoice alone is checked without a CDR', async () => {
    const invoice = await save('invoice.json', signedWorld().invoice);
    const outcome = await run([invoice, '--jwks', await save('jwks.json', VISITED_JWKS)]);
    expect(namesOf('ok', outcome)).toEqual([
      'invoice hash',
      'invoice signature',
      'invoice figures',
    ]);
    expect(outcome.status).toBe(0);
  });

  it('an ES256 signature is one as well', async () => {
    const { answer, jwks } = es256(at(signedWorld().invoice, 'document'));
    const outcome = await run([
      await save('invoice.json', answer),
      '--jwks',
      await save('jwks.json', jwks),
    ]);
    expect(outcome.out).toContainEqual(
      expect.stringMatching(/^ok {4}invoice signature: by hsm-1 \(ES256\) of .*jwks\.json$/),
    );
    expect(outcome.status).toBe(0);
  });
});

describe('the command line', () => {
  it('says what it takes where that is asked', async () => {
    expect(await run(['--help'])).toEqual({ status: 0, out: [USAGE], err: [] });
  });

  it.each([
    [[]],
    [['invoice.json']],
    [['--jwks', 'jwks.json']],
    [['invoice.json', 'cdr.json', '--jwks', 'jwks.json']],
    [['invoice.json', 'cdr.json', 'proof.json', 'more.json', '--jwks', 'jwks.json']],
    [['invoice.json', '--jwks']],
    [['invoice.json', '--jwks', 'jwks.json', '--force']],
  ])('%j is answered with the usage', async (argv) => {
    expect(await run(argv)).toEqual({ status: 2, out: [], err: [USAGE] });
  });

  it.each([
    ['{"document":', /is not JSON$/],
    ['', /is not JSON$/],
    ['{"document":{"a":"1","b":[{"a":"2"}],"a":"3"}}', /has the member "a" twice$/],
    ['{"document":{"a":"1","\\u0061":"3"}}', /has the member "a" twice$/],
  ])('the file %s is one line and status 1', async (content, reason) => {
    const jwks = await save('jwks.json', VISITED_JWKS);
    const outcome = await run([await save('invoice.json', content), '--jwks', jwks]);
    expect(outcome).toMatchObject({ status: 1, out: [] });
    expect(outcome.err).toEqual([expect.stringMatching(reason)]);
  });

  it('a missing file, a folder, and a file that is no JWKS are one line and status 1', async () => {
    const invoice = await save('invoice.json', signedWorld().invoice);
    const jwks = await save('jwks.json', VISITED_JWKS);
    const cases: [string[], RegExp][] = [
      [[join(folder, 'missing.json'), '--jwks', jwks], /cannot read .*missing\.json: there is no/],
      [
        [invoice, '--jwks', join(folder, 'missing.json')],
        /cannot read .*missing\.json: there is no/,
      ],
      [[folder, '--jwks', jwks], /it is a folder$/],
      [[invoice, '--jwks', invoice], /invoice\.json is not a JWKS$/],
    ];
    for (const [argv, reason] of cases) {
      const outcome = await run(argv);
      expect(outcome).toMatchObject({ status: 1, out: [] });
      expect(outcome.err).toEqual([expect.stringMatching(reason)]);
    }
  });

  it('keys that cannot be used verify nothing', async () => {
    const invoice = await save('invoice.json', signedWorld().invoice);
    const [key] = jwksOf([VISITED.settlement])['keys'] as Editable[];
    for (const broken of [
      { ...key, x: 'AAAA' },
      { ...key, x: undefined },
      { ...key, use: 'enc' },
    ]) {
      const outcome = await run([
        invoice,
        '--jwks',
        await save('jwks.json', JSON.stringify({ keys: [broken] })),
      ]);
      expect(namesOf('FAIL', outcome)).toEqual(['invoice signature']);
      expect(outcome.status).toBe(1);
    }
  });
});

describe('a document that is no invoice', () => {
  it.each<[string, (world: SignedWorld) => unknown]>([
    ['a CDR', ({ cdr }) => cdr],
    ['the quote inside the CDR', ({ cdr }) => at(cdr, 'document', 'quote')],
    ['the consent inside the CDR', ({ cdr }) => at(cdr, 'document', 'consent')],
    ['the mandate inside the CDR', ({ cdr }) => at(cdr, 'document', 'mandate')],
  ])('%s is no invoice, however well it is signed', async (_name, pick) => {
    const file = await save('document.json', pick(signedWorld()));
    const outcome = await run([
      file,
      '--jwks',
      await save('visited.json', VISITED_JWKS),
      '--jwks',
      await save('home.json', HOME_JWKS),
    ]);
    expect(outcome.out).toContainEqual('FAIL  invoice kind: not an invoice: its type is another');
    expect(outcome.status).toBe(1);
  });

  it('is none either where its type says so and its content does not', async () => {
    const world = signedWorld({ invoice: (invoice) => delete invoice['merkleRoot'] });
    const jwks = await save('jwks.json', VISITED_JWKS);
    const outcome = await run([await save('invoice.json', world.invoice), '--jwks', jwks]);
    expect(outcome.out).toContainEqual(
      expect.stringMatching(/^FAIL {2}invoice kind: not an invoice: \/merkleRoot: /),
    );
    expect(outcome.status).toBe(1);
  });

  it('is no CDR where a CDR is asked for', async () => {
    const world = signedWorld();
    const outcome = await verifyWorld({ ...world, cdr: world.invoice });
    expect(outcome.out).toContainEqual('FAIL  cdr kind: not a CDR: its type is another');
    expect(outcome.status).toBe(1);
  });
});
