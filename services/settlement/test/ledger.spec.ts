import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mspOf, SettlementContract } from '@roamgrid/chaincode';
import * as contracts from '@roamgrid/contracts';
import { CreateLedger, EmbeddedLedger, LedgerError, type LedgerPort } from '@roamgrid/ledger';
import { startTestPostgres, testDatabase, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

let server: PostgresServer;
let consortium: Consortium;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

afterEach(async () => {
  await consortium.stop();
  for (const stop of stops.splice(0)) await stop();
});

async function openWith(ledger: LedgerPort): Promise<string> {
  consortium = await openConsortium(server, [VISITED, HOME], ledger);
  await agree(consortium.member(VISITED), consortium.member(HOME));
  for (let count = 0; count < 2; count += 1) {
    const built = await buildCharge(consortium);
    await consortium.bus.request(contracts.recordCharge, VISITED, built);
  }
  await consortium.settleDown();
  const { invoiceId } = await consortium.bus.request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });
  // a close waits for its delivery, but not for ever
  await consortium.settleDown();
  return invoiceId;
}

async function intentsOf(utility: string): Promise<Record<string, string>> {
  const rows = await consortium
    .member(utility)
    .database.query<{ step: string; state: string }>('SELECT step, state FROM ledger_intent');
  return Object.fromEntries(rows.map(({ step, state }) => [step, state]));
}

/** for a busy machine; nothing waits for it */
const UNTIL_BOUND_MS = 60_000;

/** Looks again until the books say so; the clock that retries are due by moves on each time. */
async function until(utility: string, expected: Record<string, string>): Promise<void> {
  const startedAtMs = Date.now();
  for (;;) {
    const intents = await intentsOf(utility);
    if (JSON.stringify(intents) === JSON.stringify(expected)) return;
    if (Date.now() - startedAtMs > UNTIL_BOUND_MS) {
      expect(intents).toEqual(expected);
      return;
    }
    consortium.clock.set(new Date(consortium.clock.now() + 1_000).toISOString());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('posting to the embedded ledger with the consortium’s contract', () => {
  it('presents, verifies and accepts an invoice, and credits it', async () => {
    const test = await testDatabase(server, { schema: 'ledger', migrations: [CreateLedger] });
    stops.push(() => test.drop());
    const ledger = new EmbeddedLedger({
      database: test.database,
      contract: new SettlementContract(),
      mspOf,
      now: () => consortium.clock.now(),
      newTransactionId: () => randomBytes(32).toString('hex'),
    });
    const invoiceId = await openWith(ledger);
    await until(VISITED, { presentInvoice: 'posted' });
    await until(HOME, { verifyInvoice: 'posted' });
    await consortium.bus.request(contracts.acceptInvoice, HOME, { invoiceId, by: 'billing' });
    await until(HOME, { verifyInvoice: 'posted', acceptInvoice: 'posted' });
    await consortium.bus.request(contracts.creditInvoice, VISITED, {
      invoiceId,
      reason: 'test',
      reissue: false,
      by: 'billing',
    });
    await until(VISITED, { presentInvoice: 'posted', creditInvoice: 'posted' });
    await consortium.settleDown();

    for (const utility of [VISITED, HOME]) {
      const view = consortium.member(utility).facts.views.get(`invoice:${invoiceId}`) as {
        ledger: { state: string; businessKey: string };
        documentHash: string;
      };
      expect(view.ledger.state).toBe('posted');
      const { record } = await consortium.bus.request(contracts.readLedger, utility, {
        businessKey: view.ledger.businessKey,
      });
      expect(record?.documentHash).toBe(view.documentHash);
      const { checked, breaches } = await consortium.bus.request(contracts.auditBooks, utility, {});
      expect(breaches).toEqual([]);
      expect(checked['postedOnLedger']).toBe(2);
      // at visited the invoice, its credit, and that home had both recompute it
      expect(checked['ledgerKeysPosted']).toBe(utility === VISITED ? 3 : 2);
    }
    const steps = consortium.member(HOME).facts.steps.filter(({ step }) => step === 'ledger');
    expect(steps).toHaveLength(4);
  });
});

describe('a ledger that fails', () => {
  it('is waited for by nobody, and gets its intents when it is back', async () => {
    const ledger = new MemoryLedger();
    const error = new LedgerError('ledger_unavailable', 'stopped');
    ledger.failure = { error, recorded: false };
    const invoiceId = await openWith(ledger);
    await consortium.bus.request(contracts.acceptInvoice, HOME, { invoiceId, by: 'billing' });
    expect(await intentsOf(VISITED)).toEqual({ presentInvoice: 'pending' });
    ledger.failure = null;
    await until(VISITED, { presentInvoice: 'posted' });
    await until(HOME, { verifyInvoice: 'posted', acceptInvoice: 'posted' });
  });

  it('with an unknown outcome is asked by key before anything is sent again', async () => {
    const ledger = new MemoryLedger();
    const error = new LedgerError('ledger_outcome_unknown', 'the answer was lost');
    ledger.failure = { error, recorded: true };
    await openWith(ledger);
    await until(VISITED, { presentInvoice: 'posted' });
    const presented = ledger.submitted.filter(({ name }) => name === 'presentInvoice');
    expect(presented).toHaveLength(1);
  });

  it('B131: that holds another document refuses for good', async () => {
    const ledger = new MemoryLedger();
    ledger.failure = { error: new LedgerError('ledger_conflict', 'other'), recorded: false };
    await openWith(ledger);
    await until(VISITED, { presentInvoice: 'refused' });
  });
});
