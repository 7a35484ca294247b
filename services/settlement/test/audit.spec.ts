import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import type { ListedRecord } from '@roamgrid/ledger';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

/** Each invariant is broken on purpose, by hand in the tables, and the audit names it. */
let server: PostgresServer;
let consortium: Consortium;
let ended: contracts.EndedCharge;
let recorded: contracts.ReplayedCharge;
const ledger = new MemoryLedger();

const request: Consortium['bus']['request'] = (...asked) => consortium.bus.request(...asked);
const audit = (utility: string) => request(contracts.auditBooks, utility, {});

beforeAll(async () => {
  server = await startTestPostgres();
  consortium = await openConsortium(server, [VISITED, HOME], ledger);
  await agree(consortium.member(VISITED), consortium.member(HOME));
  for (let charges = 0; charges < 2; charges += 1) {
    const built = await buildCharge(consortium);
    await request(contracts.recordCharge, VISITED, built);
    recorded = built;
    const { sessionId, agreedTariffHash, quote } = built.charge;
    ended = {
      sessionId,
      energyKwh: '20.450',
      agreedTariffHash,
      quoteHash: quote.documentHash,
    };
  }
  await consortium.settleDown();
  const { invoiceId } = await request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });
  await consortium.settleDown();
  await request(contracts.acceptInvoice, HOME, { invoiceId, by: 'billing' });
  await request(contracts.depositCredit, HOME, {
    consumerId: 'saver',
    entryId: 'opening',
    currency: 'USD',
    amount: '10.00',
  });
  await consortium.settleDown();
});

afterAll(async () => {
  await consortium.stop();
  await server.stop();
});

interface Plant {
  readonly invariant: string;
  readonly at: string;
  readonly sql: readonly string[];
  readonly undo: readonly string[];
}

const PLANTS: readonly Plant[] = [
  {
    invariant: 'journalEntriesSumToZero',
    at: VISITED,
    sql: [
      'ALTER TABLE journal_line DISABLE TRIGGER USER',
      'UPDATE journal_line SET amount_minor = amount_minor + 1 WHERE line_number = 1',
    ],
    undo: [
      'UPDATE journal_line SET amount_minor = amount_minor - 1 WHERE line_number = 1',
      'ALTER TABLE journal_line ENABLE TRIGGER USER',
    ],
  },
  {
    invariant: 'feedFollowsCharges',
    at: HOME,
    sql: ['UPDATE billing_feed SET collect_minor = collect_minor + 1'],
    undo: ['UPDATE billing_feed SET collect_minor = collect_minor - 1'],
  },
  {
    invariant: 'prepaidAccountsConsistent',
    at: HOME,
    sql: ['UPDATE credit_account SET balance_minor = balance_minor + 1'],
    undo: ['UPDATE credit_account SET balance_minor = balance_minor - 1'],
  },
  {
    invariant: 'sequencesGapFree',
    at: VISITED,
    sql: ['UPDATE direction SET last_sequence = last_sequence + 1'],
    undo: ['UPDATE direction SET last_sequence = last_sequence - 1'],
  },
  {
    invariant: 'oneCdrPerTransaction',
    at: VISITED,
    sql: ['DROP INDEX cdr_live_transaction', `UPDATE cdr SET transaction_id = 'the same'`],
    undo: [
      `UPDATE cdr SET transaction_id = document::jsonb ->> 'transactionId'`,
      `CREATE UNIQUE INDEX cdr_live_transaction ON cdr (visited_utility, station_id, transaction_id)
         WHERE state NOT IN ('credited')`,
    ],
  },
  {
    invariant: 'cdrsHashAndSignature',
    at: VISITED,
    sql: [`UPDATE cdr SET document = replace(document, '"7.83"', '"7.84"')`],
    undo: [`UPDATE cdr SET document = replace(document, '"7.84"', '"7.83"')`],
  },
  {
    invariant: 'cdrsRateAgain',
    at: VISITED,
    sql: [`UPDATE cdr SET document = replace(document, '"7.83"', '"7.84"')`],
    undo: [`UPDATE cdr SET document = replace(document, '"7.84"', '"7.83"')`],
  },
  {
    invariant: 'tariffsAgreed',
    at: VISITED,
    sql: [
      `UPDATE cdr SET document = replace(document, '"agreedTariffId":"', '"agreedTariffId":"x')`,
    ],
    undo: [
      `UPDATE cdr SET document = replace(document, '"agreedTariffId":"x', '"agreedTariffId":"')`,
    ],
  },
  {
    invariant: 'retailRatesAgain',
    at: HOME,
    sql: ['UPDATE retail_charge SET total_minor = total_minor + 1'],
    undo: ['UPDATE retail_charge SET total_minor = total_minor - 1'],
  },
  {
    invariant: 'cdrsInvoicedOnce',
    at: VISITED,
    sql: ['UPDATE invoice_line SET live = false WHERE position = 0'],
    undo: ['UPDATE invoice_line SET live = true WHERE position = 0'],
  },
  {
    invariant: 'invoiceSumsAndRoots',
    at: VISITED,
    sql: [`UPDATE invoice_line SET line = line || '{"tax": "0.58"}' WHERE position = 0`],
    undo: [`UPDATE invoice_line SET line = line || '{"tax": "0.57"}' WHERE position = 0`],
  },
  {
    invariant: 'creditsCancel',
    at: VISITED,
    sql: [
      `INSERT INTO credit_note (credit_note_id, invoice_id, document, document_hash, signature)
       SELECT 'crooked', invoice_id, '{"totalInclTax": "1.00", "payable": "1.00"}', '', '' FROM invoice`,
    ],
    undo: [`DELETE FROM credit_note WHERE credit_note_id = 'crooked'`],
  },
  {
    invariant: 'ledgerOutcomesKnown',
    at: VISITED,
    sql: [`UPDATE ledger_intent SET state = 'unknown', next_attempt_at = now() + interval '1 day'`],
    undo: [`UPDATE ledger_intent SET state = 'posted'`],
  },
  {
    invariant: 'postedOnLedger',
    at: VISITED,
    sql: ['UPDATE ledger_intent SET document_hash = reverse(document_hash)'],
    undo: ['UPDATE ledger_intent SET document_hash = reverse(document_hash)'],
  },
  {
    invariant: 'outboxEmpties',
    at: VISITED,
    sql: [
      `INSERT INTO outbox (to_utility, subject, payload, created_at, next_attempt_at)
       VALUES ('nobody', 'settlement.receiveCdr', '{}', now() - interval '1 hour', now() + interval '1 day')`,
    ],
    undo: [`DELETE FROM outbox WHERE to_utility = 'nobody'`],
  },
];

describe('the audit', () => {
  it.each([VISITED, HOME])('of sound books finds nothing at %s', async (utility) => {
    const { checked, breaches } = await audit(utility);
    expect(breaches).toEqual([]);
    expect(checked).toMatchObject({ cdrsRateAgain: 2, invoiceSumsAndRoots: 1 });
  });

  it.each(PLANTS)('names a breach of $invariant', async ({ invariant, at, sql, undo }) => {
    const { database } = consortium.member(at);
    for (const statement of sql) await database.query(statement);
    const { breaches } = await audit(at);
    for (const statement of undo) await database.query(statement);
    expect(breaches.map((breach) => breach.invariant)).toContain(invariant);
    expect((await audit(at)).breaches).toEqual([]);
  });
});

describe('the keys on the ledger', () => {
  const key = 'f'.repeat(64);
  const stray = { kind: 'invoice' as const, businessKey: key, documentHash: 'ab', fact: {} };
  const breachesWith = async (foreign: readonly ListedRecord[]) => {
    ledger.foreign = foreign;
    const { checked, breaches } = await audit(VISITED);
    ledger.foreign = null;
    return [checked['ledgerKeysPosted'], breaches.map(({ subject, detail }) => [subject, detail])];
  };

  it('are those that were posted, and not counted where the ledger lists nothing', async () => {
    expect((await audit(VISITED)).checked).not.toHaveProperty('ledgerKeysPosted');
    expect(await breachesWith([])).toEqual([1, []]);
  });

  it.each<[string, Partial<ListedRecord>, string]>([
    ['an invoice', {}, 'nobody here posted it'],
    ['a verification of no invoice of ours', { kind: 'verification' }, 'nobody here posted it'],
  ])('%s that nobody posted is named', async (_what, changes, detail) => {
    expect(await breachesWith([{ ...stray, ...changes }])).toEqual([2, [[key, detail]]]);
  });

  it('a verification that home asked for is known by its invoice', async () => {
    const [presented] = ledger.submitted.filter(({ name }) => name === 'presentInvoice');
    const fact = {
      invoiceKey: presented?.businessKey ?? '',
      invoiceHash: presented?.documentHash ?? '',
    };
    const theirs = { ...stray, kind: 'verification' as const };
    expect(await breachesWith([{ ...theirs, fact }])).toEqual([2, []]);
    const other = { ...fact, invoiceHash: 'cd' };
    expect(await breachesWith([{ ...theirs, fact: other }])).toEqual([
      2,
      [[key, 'nobody here posted it']],
    ]);
  });

  it.each<[string, string, string, string]>([
    [
      'another invoice in the books',
      'UPDATE invoice SET document_hash = reverse(document_hash)',
      'UPDATE invoice SET document_hash = reverse(document_hash)',
      'the books do not hold this invoice',
    ],
    [
      'one that the books have as refused',
      `UPDATE ledger_intent SET state = 'refused'`,
      `UPDATE ledger_intent SET state = 'posted'`,
      'these books have it as refused',
    ],
  ])('%s is named', async (_what, plant, undo, detail) => {
    const { database } = consortium.member(VISITED);
    await database.query(plant);
    ledger.foreign = [];
    const { breaches } = await audit(VISITED);
    ledger.foreign = null;
    await database.query(undo);
    const named = breaches.filter(({ invariant }) => invariant === 'ledgerKeysPosted');
    expect(named.map((breach) => breach.detail)).toEqual([detail]);
  });
});

describe('the chain of blocks', () => {
  it('is named at the block that does not fit, and not counted where nobody can verify it', async () => {
    expect((await audit(VISITED)).checked).not.toHaveProperty('ledgerChainUnbroken');
    ledger.verdict = { intact: true, height: 3n, headHash: 'ab' };
    expect((await audit(VISITED)).checked).toMatchObject({ ledgerChainUnbroken: 1 });
    ledger.verdict = { intact: false, blockNumber: 2n, reason: 'the block was changed' };
    const { breaches } = await audit(VISITED);
    ledger.verdict = null;
    expect(breaches).toEqual([
      { invariant: 'ledgerChainUnbroken', subject: 'block 2', detail: 'the block was changed' },
    ]);
  });
});

describe('a charge that was made once more from its events', () => {
  const replayed = async (charge: contracts.ReplayedCharge) => {
    const { checked, breaches } = await request(contracts.matchReplays, VISITED, {
      charges: [charge],
    });
    return [checked['cdrsReplay'], breaches.map(({ detail }) => detail)];
  };

  it('gives the same CDR to the byte', async () => {
    expect(await replayed(recorded)).toEqual([1, []]);
  });

  it('is named where its events tell another energy', async () => {
    const { charge } = recorded;
    const changed = { ...charge, meter: { ...charge.meter, stopWh: '1' } };
    expect(await replayed({ ...recorded, charge: changed })).toEqual([
      1,
      ['the stored events make another charge than the one that was rated'],
    ]);
  });

  it('is named where one cent of the kept record is wrong', async () => {
    const { database } = consortium.member(VISITED);
    await database.query(`UPDATE cdr SET document = replace(document, '"7.83"', '"7.84"')`);
    const found = await replayed(recorded);
    await database.query(`UPDATE cdr SET document = replace(document, '"7.84"', '"7.83"')`);
    expect(found).toEqual([1, ['made once more the document has other bytes']]);
  });
});

describe('what AAA metered', () => {
  const match = async (changes: Partial<contracts.EndedCharge>) => {
    const charges = [{ ...ended, ...changes }];
    const { breaches } = await request(contracts.matchCharges, VISITED, { charges });
    return breaches.map(({ invariant }) => invariant);
  };

  it.each<[string, Partial<contracts.EndedCharge>, string[]]>([
    ['is rated as it was metered', {}, []],
    [
      'is missed where no record has it',
      { sessionId: '01a1fe46-7244-779c-93bb-acbb786eb474' },
      ['chargesAccountedFor'],
    ],
    ['differs in energy', { energyKwh: '20.451' }, ['energyAsMetered']],
    [
      'was consented to under another tariff',
      { agreedTariffHash: '0'.repeat(64) },
      ['tariffsPinned'],
    ],
    ['was consented to under another quote', { quoteHash: '0'.repeat(64) }, ['tariffsPinned']],
  ])('%s', async (_what, changes, expected) => {
    expect(await match(changes)).toEqual(expected);
  });
});
