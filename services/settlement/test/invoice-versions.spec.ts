import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

let server: PostgresServer;
let consortium: Consortium;

beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  consortium = await openConsortium(server, [VISITED, HOME], new MemoryLedger());
  await agree(consortium.member(VISITED), consortium.member(HOME));
}, 30_000);

afterEach(async () => {
  await consortium.stop();
});

async function charge(): Promise<string> {
  const built = await buildCharge(consortium);
  await consortium.bus.request(contracts.recordCharge, VISITED, built);
  await consortium.settleDown();
  return built.charge.sessionId;
}

const close = () =>
  consortium.bus.request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });

const viewAt = (utility: string, invoiceId: string): Record<string, unknown> | undefined =>
  consortium.member(utility).facts.views.get(`invoice:${invoiceId}`);

describe('closing a period in which the agreement changed', () => {
  it('invoices what was delivered under two versions of the agreement apart', async () => {
    const [visited, home] = [consortium.member(VISITED), consortium.member(HOME)];
    const old = await charge();
    const changed = { version: 2, paymentTermDays: 30, notBefore: '2026-01-02T00:00:00Z' };
    const second = await agree(visited, home, 'USD', 'home', changed);
    await charge();
    visited.facts.agreements.set(HOME, visited.facts.versions.values().next().value ?? second);
    home.facts.agreements.set(VISITED, visited.facts.versions.values().next().value ?? second);
    // it began under the first version and ends after the change
    const late = await charge();
    const view = await close();
    await consortium.settleDown();
    expect(view.alsoIssued).toHaveLength(1);
    const [other = ''] = view.alsoIssued;
    const documents = [other, view.invoiceId].map((invoiceId) => viewAt(HOME, invoiceId));
    expect(documents).toMatchObject([
      {
        differences: [],
        document: {
          agreementHash: second.documentHash,
          lineCount: 1,
          sequenceFrom: 1,
          sequenceTo: 2,
          excluded: [{ sequence: 1, reason: 'later' }],
          dueDate: '2026-12-20T12:00:00Z',
        },
      },
      {
        differences: [],
        document: {
          lineCount: 2,
          sequenceFrom: 1,
          sequenceTo: 3,
          excluded: [{ sequence: 2, reason: 'invoiced' }],
          dueDate: '2026-12-04T12:00:00Z',
        },
      },
    ]);
    const { items } = await consortium.bus.request(contracts.listInvoiceLines, HOME, {
      invoiceId: view.invoiceId,
      limit: 10,
      cursor: null,
    });
    expect(items.map(({ sessionId, flags }) => ({ sessionId, flags }))).toEqual(
      [old, late].map((sessionId) => ({ sessionId, flags: [] })),
    );
    for (const invoiceId of [other, view.invoiceId]) {
      const accepted = consortium.bus.request(contracts.acceptInvoice, HOME, {
        invoiceId,
        by: 'billing',
      });
      await expect(accepted).resolves.toMatchObject({ state: 'accepted' });
    }
    const { breaches } = await consortium.bus.request(contracts.auditBooks, VISITED, {});
    expect(breaches).toEqual([]);
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
  });
});
