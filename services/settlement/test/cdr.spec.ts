import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import {
  agree,
  buildCharge,
  HOME,
  POSTPAID,
  tariffOf,
  VISITED,
  type BuiltCharge,
  type ChargeOptions,
} from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

let server: PostgresServer;
let consortium: Consortium;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  consortium = await openConsortium(server, [VISITED, HOME], new MemoryLedger());
  await agree(consortium.member(VISITED), consortium.member(HOME));
});

afterEach(async () => {
  await consortium.stop();
});

async function record(built: BuiltCharge): Promise<void> {
  await consortium.bus.request(contracts.recordCharge, built.charge.visitedUtility, built);
  await consortium.settleDown();
}

interface CdrView {
  document: contracts.CdrDocument;
  documentHash: string;
  signature: string;
  state: string;
  role: string;
  retail?: { totalExclTax: string; tax: string; totalInclTax: string; home: unknown };
}

function cdrViews(utility: string): CdrView[] {
  return [...consortium.member(utility).facts.views]
    .filter(([key]) => key.startsWith('cdr:'))
    .map(([, data]) => data as unknown as CdrView);
}

function onlyCdr(utility: string): CdrView {
  const [view, ...others] = cdrViews(utility);
  if (view === undefined || others.length > 0) throw new Error('expected exactly one CDR');
  return view;
}

async function balancesOf(utility: string): Promise<Record<string, string>> {
  const rows = await consortium.member(utility).database.query<{ account: string; sum: string }>(
    `SELECT account || ' ' || currency AS account, sum(amount_minor)::text AS sum
       FROM journal_line GROUP BY account, currency`,
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]));
}

/** Home's, where the driver's price may have gone to customer billing already. */
async function homeBalances(): Promise<Record<string, string>> {
  const { 'customer:billing USD': fed = '0', ...books } = await balancesOf(HOME);
  const owed = BigInt(books['consumer:receivable:consumer-1 USD'] ?? 0) + BigInt(fed);
  return { ...books, 'consumer:receivable:consumer-1 USD': String(owed) };
}

async function answersOf(
  utility: string,
): Promise<{ answer: string; reasonCode: string | null }[]> {
  const rows = await consortium
    .member(utility)
    .database.query<{ document: string }>('SELECT document FROM cdr_answer');
  return rows.map(
    ({ document }) => JSON.parse(document) as { answer: string; reasonCode: string | null },
  );
}

/** Sends home a CDR that visited signed but that is not what was measured, agreed or rated. */
async function forge(change: (cdr: contracts.CdrDocument) => contracts.CdrDocument): Promise<void> {
  await record(await buildCharge(consortium));
  const { document } = onlyCdr(VISITED);
  // home forgets the true one, so that the forged one is judged by itself
  await consortium.member(HOME).database.query('TRUNCATE cdr, cdr_answer CASCADE');
  await consortium.member(HOME).database.query('TRUNCATE journal_entry CASCADE');
  const signed = await consortium.member(VISITED).signer('settlement').sign(change(document));
  await consortium.bus.request(contracts.receiveCdr, HOME, { cdr: signed });
  await consortium.settleDown();
}

describe('a charge at a partner', () => {
  it('becomes one CDR, re-rated by home to the cent, and stands in both journals', async () => {
    await record(await buildCharge(consortium));

    const made = onlyCdr(VISITED);
    expect(made.document).toMatchObject({
      sequence: 1,
      energyKwh: '20.450',
      totalExclTax: '7.83',
      tax: '0.57',
      totalInclTax: '8.40',
      settlement: { base: '7.83', commission: '0.39', commissionTax: '0.02', payable: '7.99' },
    });
    expect(made).toMatchObject({ state: 'accepted', role: 'visited' });
    expect('provider' in made.document).toBe(false);

    const received = onlyCdr(HOME);
    expect(received.documentHash).toBe(made.documentHash);
    expect(received).toMatchObject({
      state: 'accepted',
      role: 'home',
      retail: { totalExclTax: '8.34', tax: '0.60', totalInclTax: '8.94' },
    });

    expect(await balancesOf(VISITED)).toEqual({
      'receivable:delivered:alabama-power USD': '799',
      'commission:expense USD': '39',
      'tax:input USD': '2',
      'revenue:wholesale USD': '-783',
      'tax:output USD': '-57',
      'provider:expense USD': '157',
      'provider:payable:queen-city-parking USD': '-157',
    });
    expect(await homeBalances()).toEqual({
      'payable:delivered:duke-energy USD': '-799',
      'commission:income USD': '-39',
      'cost:wholesale USD': '783',
      'tax:input USD': '57',
      'revenue:retail USD': '-834',
      // 2 on the commission, 60 on the driver's price
      'tax:output USD': '-62',
      'consumer:receivable:consumer-1 USD': '894',
    });
  });

  it('below a minimum price bears one adjustment with the tax that belongs to it', async () => {
    await record(await buildCharge(consortium, { wholesaleMinPrice: '10.00' }));
    expect(onlyCdr(HOME)).toMatchObject({ state: 'accepted' });
    expect(onlyCdr(HOME).document).toMatchObject({
      lines: [{ component: 'ENERGY' }, {}, { component: 'MIN_PRICE', amount: '2.17' }],
      taxes: [
        { name: 'Sales tax', percentage: '7.25', base: '7.83', amount: '0.57' },
        { name: 'Minimum price', base: '2.17', amount: '0.16' },
      ],
      totalExclTax: '10.00',
      totalInclTax: '10.73',
    });
    const view = await consortium.bus.request(contracts.closePeriod, VISITED, {
      partner: HOME,
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-15T00:00:00Z',
    });
    expect(view.invoice.document.taxes).toEqual(onlyCdr(HOME).document.taxes);
  });

  it('is traced at both utilities and feeds the session view at home', async () => {
    const built = await buildCharge(consortium);
    await record(built);
    const { sessionId } = built.charge;
    const stepsOf = (utility: string): string[] =>
      consortium.member(utility).facts.steps.map(({ step }) => step);
    expect(stepsOf(VISITED)).toEqual(['rate', 'cdr', 'rerate']);
    expect(stepsOf(HOME)).toEqual(['cdr', 'rerate']);
    expect(consortium.member(HOME).facts.views.get(`session:${sessionId}`)).toMatchObject({
      stationId: 'DUKE-CLT-001',
      visitedUtility: VISITED,
      state: 'rated',
      cinMasked: POSTPAID.cinMasked,
      meter: { startWh: '1000', stopWh: '21450' },
    });
  });

  it('delivered twice changes nothing', async () => {
    const built = await buildCharge(consortium);
    await record(built);
    const { document, documentHash, signature } = onlyCdr(VISITED);
    const before = [await balancesOf(VISITED), await balancesOf(HOME)];
    await record(built);
    await consortium.bus.request(contracts.receiveCdr, HOME, {
      cdr: { document, documentHash, signature },
    });
    await consortium.settleDown();
    expect([await balancesOf(VISITED), await balancesOf(HOME)]).toEqual(before);
    expect(await answersOf(VISITED)).toHaveLength(1);
  });

  it('gives numbers without a gap under concurrent charges', async () => {
    const charges = await Promise.all(Array.from({ length: 6 }, () => buildCharge(consortium)));
    await Promise.all(charges.map((charge) => record(charge)));
    const sequences = cdrViews(HOME).map(({ document }) => document.sequence);
    expect(sequences.sort((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps a second charge of the same transaction aside', async () => {
    const first = await buildCharge(consortium, { transactionId: 'tx-9' });
    const second = await buildCharge(consortium, { transactionId: 'tx-9', energyWh: '30000' });
    await record(first);
    await record(second);
    expect(cdrViews(VISITED)).toHaveLength(1);
    const kept = await consortium
      .member(VISITED)
      .database.query('SELECT kind FROM quarantined_document');
    expect(kept).toEqual([{ kind: 'charge' }]);
  });
});

describe('a charge without a price', () => {
  it('is held, never rated at 0, and gets its CDR when the agreement is there', async () => {
    const visited = consortium.member(VISITED);
    const built = await buildCharge(consortium);
    const versions = [...visited.facts.versions];
    visited.facts.versions.clear();
    await record(built);
    expect(cdrViews(VISITED)).toEqual([]);
    expect(visited.facts.views.get(`session:${built.charge.sessionId}`)).toMatchObject({
      state: 'held',
      held: { reason: 'no_agreement' },
    });
    for (const [hash, agreement] of versions) visited.facts.versions.set(hash, agreement);
    const view = await consortium.bus.request(contracts.closePeriod, VISITED, {
      partner: HOME,
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-15T00:00:00Z',
    });
    expect(view.invoice.document.lineCount).toBe(1);
  });
});

describe('home objects', () => {
  const cases: [string, string, (cdr: contracts.CdrDocument) => contracts.CdrDocument][] = [
    ['a wrong cent', 'price_differs', (cdr) => ({ ...cdr, totalExclTax: '7.84' })],
    ['a wrong tax', 'tax_differs', (cdr) => ({ ...cdr, tax: '0.58', totalInclTax: '8.41' })],
    [
      'too little commission',
      'price_differs',
      (cdr) => ({ ...cdr, settlement: { ...cdr.settlement, commission: '0.38', payable: '8.00' } }),
    ],
    [
      'other UTC offsets',
      'time_differs',
      (cdr) => ({ ...cdr, utcOffsets: [{ from: cdr.startAt, offsetSeconds: -14_400 }] }),
    ],
    [
      'a start before the consent',
      'time_differs',
      (cdr) => ({ ...cdr, flags: ['start_before_consent'] }),
    ],
    [
      'energy beyond the registers',
      'energy_differs',
      (cdr) => ({ ...cdr, meter: { ...cdr.meter, stopWh: '21449' } }),
    ],
    [
      'B088: another pseudonym',
      'session_unknown',
      (cdr) => ({ ...cdr, pseudonym: 'pseudo-stranger' }),
    ],
    [
      'another agreed tariff',
      'tariff_not_agreed',
      (cdr) => ({ ...cdr, agreedTariff: { ...cdr.agreedTariff, documentHash: 'b'.repeat(64) } }),
    ],
    [
      'an agreed tariff that home did not sign',
      'tariff_not_agreed',
      (cdr) => ({
        ...cdr,
        agreedTariff: {
          ...cdr.agreedTariff,
          signatures: cdr.agreedTariff.signatures.filter(({ utility }) => utility === VISITED),
        },
      }),
    ],
    [
      'a tariff that is not the agreed one',
      'tariff_not_agreed',
      (cdr) => ({ ...cdr, tariff: tariffOf('wholesale', '0.286') }),
    ],
    [
      'a charge of a class that the tariff is not for',
      'tariff_not_agreed',
      (cdr) => ({ ...cdr, stationClass: 'DC' }),
    ],
    [
      'a consent to another quote',
      'other',
      (cdr) => ({
        ...cdr,
        consent: {
          ...cdr.consent,
          document: { ...cdr.consent.document, quoteHash: 'c'.repeat(64) },
        },
      }),
    ],
    [
      'energy left unbilled without a cap',
      'energy_differs',
      (cdr) => ({ ...cdr, unbilledEnergyKwh: '1.000' }),
    ],
  ];

  it.each(cases)('to %s', async (_name, reasonCode, change) => {
    await forge(change);
    expect(onlyCdr(HOME)).toMatchObject({ state: 'held', role: 'home' });
    expect(onlyCdr(HOME)).not.toHaveProperty('retail');
    expect(await answersOf(HOME)).toMatchObject([{ answer: 'objected', reasonCode }]);
  });

  it.each<[string, ChargeOptions]>([
    ['had run out when it was quoted', { agreedUntil: '2026-11-10T13:00:00Z' }],
    ['was agreed for another class', { agreedClass: 'commercial' }],
  ])('to a tariff that %s', async (_name, options) => {
    await record(await buildCharge(consortium, options));
    expect(onlyCdr(VISITED)).toMatchObject({ state: 'held' });
    expect(await answersOf(HOME)).toMatchObject([
      { answer: 'objected', reasonCode: 'tariff_not_agreed' },
    ]);
  });

  it('B081: to the same id with other content, which is kept aside', async () => {
    await record(await buildCharge(consortium));
    const { document } = onlyCdr(VISITED);
    const other = await consortium
      .member(VISITED)
      .signer('settlement')
      .sign({ ...document, salt: 'd'.repeat(64) });
    await consortium.bus.request(contracts.receiveCdr, HOME, { cdr: other });
    await consortium.settleDown();
    expect(onlyCdr(HOME).document.salt).toBe(document.salt);
    expect(await answersOf(HOME)).toHaveLength(2);
    const kept = await consortium
      .member(HOME)
      .database.query('SELECT kind FROM quarantined_document');
    expect(kept).toEqual([{ kind: 'cdr' }]);
    // the answer is to a document that visited did not make
    expect(onlyCdr(VISITED).state).toBe('accepted');
  });

  it('and refuses what visited did not sign', async () => {
    await record(await buildCharge(consortium));
    const { document, documentHash, signature } = onlyCdr(VISITED);
    const cdr = { document: { ...document, tax: '0.00' }, documentHash, signature };
    await expect(consortium.bus.request(contracts.receiveCdr, HOME, { cdr })).rejects.toMatchObject(
      { code: 'signature_invalid' },
    );
  });
});

describe('a charge at home', () => {
  it('has a CDR of its own direction, owes no partner and is billed as retail', async () => {
    await record(await buildCharge(consortium, { visited: HOME, home: HOME }));
    const made = onlyCdr(HOME);
    expect(made).toMatchObject({ state: 'accepted', role: 'domestic' });
    expect(made.document.settlement).toEqual({
      base: '7.83',
      commission: '0.00',
      commissionTax: '0.00',
      payable: '0.00',
    });
    expect(await homeBalances()).toEqual({
      'provider:expense USD': '157',
      'provider:payable:queen-city-parking USD': '-157',
      'revenue:retail USD': '-834',
      'tax:output USD': '-60',
      'consumer:receivable:consumer-1 USD': '894',
    });
  });
});
