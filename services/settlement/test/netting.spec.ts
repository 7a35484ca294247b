import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';
import { FailingBank } from './sandbox-failures.js';

let server: PostgresServer;
let consortium: Consortium;
let bank: FailingBank;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  bank = new FailingBank();
  const standIns = { paymentOrders: bank };
  consortium = await openConsortium(server, [VISITED, HOME], new MemoryLedger(), standIns);
});

afterEach(async () => {
  await consortium.stop();
});

const request = <C extends contracts.Contract>(
  contract: C,
  to: string,
  payload: contracts.RequestInput<C>,
): Promise<contracts.ReplyOf<C>> => consortium.bus.request(contract, to, payload);

/** `visited` serves consumers of `home`, and invoices the sessions; 7.99 is payable for each. */
async function invoice(visited: string, home: string, sessions = 1): Promise<string> {
  await agree(consortium.member(visited), consortium.member(home));
  for (let count = 0; count < sessions; count += 1) {
    const built = await buildCharge(consortium, { visited, home });
    await request(contracts.recordCharge, visited, built);
  }
  await consortium.settleDown();
  const view = await request(contracts.closePeriod, visited, {
    partner: home,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });
  await consortium.settleDown();
  return view.invoiceId;
}

async function accepted(visited: string, home: string, sessions = 1): Promise<string> {
  const invoiceId = await invoice(visited, home, sessions);
  await request(contracts.acceptInvoice, home, { invoiceId, by: 'billing' });
  await consortium.settleDown();
  return invoiceId;
}

const net = (utility: string): Promise<contracts.SettlementView> =>
  request(contracts.netWithPartner, utility, {
    partner: utility === HOME ? VISITED : HOME,
    currency: 'USD',
    dueBy: null,
    by: 'billing',
  });

const pay = (utility: string, settlementId: string): Promise<contracts.SettlementView> =>
  request(contracts.paySettlement, utility, { settlementId, by: 'billing' });

const viewAt = (utility: string, kind: string, id: string): Record<string, unknown> | undefined =>
  consortium.member(utility).facts.views.get(`${kind}:${id}`);

const balancesOf = async (utility: string) =>
  (await request(contracts.readBalances, utility, {})).items;

async function accountsOf(utility: string, like: string): Promise<Record<string, string>> {
  const rows = await consortium.member(utility).database.query<{ account: string; sum: bigint }>(
    `SELECT account, sum(amount_minor)::bigint AS sum FROM journal_line
        WHERE account ~ $1 GROUP BY account HAVING sum(amount_minor) <> 0`,
    [like],
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, String(sum)]));
}

const MONEY_ACCOUNTS = '^(receivable|payable|settlement|bank)';

async function auditBoth(): Promise<void> {
  for (const utility of [VISITED, HOME]) {
    const { breaches } = await request(contracts.auditBooks, utility, {});
    expect(breaches).toEqual([]);
  }
}

/** for a busy machine; nothing waits for it */
const UNTIL_BOUND_MS = 60_000;

async function until(done: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const startedAtMs = Date.now();
  while (!(await done())) {
    if (Date.now() - startedAtMs > UNTIL_BOUND_MS) throw new Error(`not in time: ${what}`);
    consortium.clock.set(new Date(consortium.clock.now() + 1_000).toISOString());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('netting between two utilities', () => {
  it('takes both directions, is signed by both, paid once, and settles the invoices', async () => {
    const owed = await accepted(VISITED, HOME, 2);
    const owing = await accepted(HOME, VISITED);
    expect(await balancesOf(VISITED)).toEqual([
      { partner: HOME, currency: 'USD', owed: '15.98', owing: '7.99', net: '7.99' },
    ]);
    const view = await net(VISITED);
    expect(view).toMatchObject({ state: 'agreed', partner: HOME, availableActions: [] });
    expect(view.settlement.document).toMatchObject({
      sequence: 1,
      parties: [HOME, VISITED],
      proposedBy: VISITED,
      gross: [
        { creditor: HOME, amount: '7.99' },
        { creditor: VISITED, amount: '15.98' },
      ],
      payer: HOME,
      payee: VISITED,
      amount: '7.99',
      dueDate: '2026-12-04T12:00:00Z',
    });
    for (const { context } of [consortium.member(VISITED), consortium.member(HOME)]) {
      const { parties } = view.settlement.document;
      await context.verifier.verifyCosigned(view.settlement, parties, 'settlement');
    }
    const { settlementId } = view;
    await consortium.settleDown();
    expect(viewAt(HOME, 'settlement', settlementId)).toMatchObject({
      state: 'agreed',
      availableActions: ['pay'],
      documentHash: view.settlement.documentHash,
    });
    // agreed is not yet paid
    expect(await balancesOf(HOME)).toMatchObject([{ owed: '7.99', owing: '15.98' }]);
    await expect(net(HOME)).rejects.toMatchObject({ code: 'nothing_to_settle' });
    await expect(pay(VISITED, settlementId)).rejects.toMatchObject({ code: 'state_conflict' });

    const paid = await pay(HOME, settlementId);
    expect(paid).toMatchObject({
      state: 'settled',
      payments: [{ direction: 'out', state: 'acknowledged', amount: '7.99', reference: 'REF-1' }],
    });
    expect((await pay(HOME, settlementId)).payments).toEqual(paid.payments);
    expect(bank.instructed).toHaveLength(1);
    await consortium.settleDown();
    expect(viewAt(VISITED, 'settlement', settlementId)).toMatchObject({
      state: 'settled',
      payments: [{ direction: 'in', reference: 'REF-1', through: 'advice' }],
    });
    for (const utility of [VISITED, HOME]) {
      expect(await balancesOf(utility)).toEqual([]);
      for (const invoiceId of [owed, owing]) {
        expect(viewAt(utility, 'invoice', invoiceId)).toMatchObject({ state: 'settled' });
      }
    }
    expect(await accountsOf(HOME, MONEY_ACCOUNTS)).toEqual({ bank: '-799' });
    expect(await accountsOf(VISITED, MONEY_ACCOUNTS)).toEqual({ [`bank:advised:${HOME}`]: '799' });
    await until(
      () => viewAt(VISITED, 'settlement', settlementId)?.['state'] === 'settled',
      'the ledger has it',
    );
    await auditBoth();
  });

  it('of equal sums needs no payment', async () => {
    const owed = await accepted(VISITED, HOME);
    await accepted(HOME, VISITED);
    const view = await net(HOME);
    expect(view).toMatchObject({ state: 'settled', payments: [] });
    expect(view.settlement.document).toMatchObject({ payer: null, payee: null, amount: '0.00' });
    await consortium.settleDown();
    expect(viewAt(VISITED, 'invoice', owed)).toMatchObject({ state: 'settled' });
    await expect(pay(HOME, view.settlementId)).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await accountsOf(HOME, MONEY_ACCOUNTS)).toEqual({});
    await auditBoth();
  });

  it('by both at once makes one settlement', async () => {
    await accepted(VISITED, HOME);
    await accepted(HOME, VISITED, 2);
    const outcomes = await Promise.allSettled([net(VISITED), net(HOME), net(HOME), net(VISITED)]);
    const won = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(new Set(won.map(({ settlementId }) => settlementId)).size).toBe(1);
    await consortium.settleDown();
    for (const utility of [VISITED, HOME]) {
      const rows = await consortium
        .member(utility)
        .database.query<{ settlement_id: string }>(
          "SELECT settlement_id FROM settlement WHERE state = 'agreed'",
        );
      expect(rows).toEqual([{ settlement_id: won[0]?.settlementId }]);
    }
    await auditBoth();
  });

  it('is refused by name where the partner’s books differ', async () => {
    const invoiceId = await accepted(VISITED, HOME);
    const { database } = consortium.member(HOME);
    await database.query("UPDATE invoice SET state = 'issued'");
    await expect(net(VISITED)).rejects.toMatchObject({
      code: 'settlement_differs',
      fields: [{ path: invoiceId, message: expect.stringContaining('document_unknown') }],
    });
    await database.query("UPDATE invoice SET state = 'disputed', disputed_minor = 100");
    await expect(net(VISITED)).rejects.toMatchObject({
      fields: [{ path: invoiceId, message: expect.stringContaining('6.99 is owed, not 7.99') }],
    });
    await database.query("UPDATE invoice SET state = 'accepted', disputed_minor = 0");
    const [refused] = await consortium.member(VISITED).database.query<{
      document: string;
      document_hash: string;
      signatures: contracts.SignedSettlement['signatures'];
    }>("SELECT document, document_hash, signatures FROM settlement WHERE state = 'refused' LIMIT 1");
    const proposal = {
      document: JSON.parse(refused?.document ?? '{}') as contracts.SettlementDocument,
      documentHash: refused?.document_hash ?? '',
      signatures: refused?.signatures ?? [],
    };
    // a request that was under way asks once more for what was refused and let go
    expect(await request(contracts.cosignSettlement, HOME, { settlement: proposal })).toMatchObject(
      {
        decision: 'refused',
      },
    );
    expect(await net(VISITED)).toMatchObject({ state: 'agreed' });
    expect(await accountsOf(HOME, '^settlement')).toEqual({
      [`settlement:clearing:${VISITED}`]: '-799',
    });
  });

  it('of a partner that does not answer stays proposed and is asked for again', async () => {
    await accepted(VISITED, HOME);
    const { database } = consortium.member(HOME);
    await database.query('ALTER TABLE settlement RENAME TO settlement_away');
    await expect(net(VISITED)).rejects.toBeDefined();
    await database.query('ALTER TABLE settlement_away RENAME TO settlement');
    await until(async () => {
      const rows = await consortium
        .member(VISITED)
        .database.query<{ state: string }>('SELECT state FROM settlement');
      return rows.length === 1 && rows[0]?.state === 'agreed';
    }, 'it is signed by both');
  });

  it('leaves out what is due later, where that is asked for', async () => {
    await accepted(VISITED, HOME);
    const ask = (dueBy: string) =>
      request(contracts.netWithPartner, VISITED, {
        partner: HOME,
        currency: 'USD',
        dueBy,
        by: 'billing',
      });
    await expect(ask('2026-12-01T00:00:00Z')).rejects.toMatchObject({ code: 'nothing_to_settle' });
    expect(await ask('2026-12-05T00:00:00Z')).toMatchObject({ state: 'agreed' });
  });
});

describe('what is disputed or credited', () => {
  async function disputeOne(invoiceId: string): Promise<void> {
    const { items } = await request(contracts.listInvoiceLines, HOME, {
      invoiceId,
      limit: 1,
      cursor: null,
    });
    await request(contracts.disputeInvoice, HOME, {
      invoiceId,
      by: 'billing',
      lines: [{ cdrId: items[0]?.cdrId ?? '', reasonCode: 'energy_differs', note: '' }],
    });
    await consortium.settleDown();
  }

  it('waits in so far as it is disputed; a credit gives back what was paid', async () => {
    const invoiceId = await invoice(VISITED, HOME, 2);
    await disputeOne(invoiceId);
    expect(await balancesOf(HOME)).toMatchObject([{ owing: '7.99' }]);
    const first = await net(HOME);
    expect(first.settlement.document.items).toMatchObject([{ kind: 'invoice', amount: '7.99' }]);
    await pay(HOME, first.settlementId);
    await consortium.settleDown();
    expect(viewAt(HOME, 'invoice', invoiceId)).toMatchObject({ state: 'disputed' });
    expect(await balancesOf(VISITED)).toEqual([]);

    const { invoice: again } = await request(contracts.creditInvoice, VISITED, {
      invoiceId,
      reason: 'a line was wrong',
      reissue: true,
      by: 'billing',
    });
    await consortium.settleDown();
    expect(await balancesOf(VISITED)).toMatchObject([{ owed: '0.00', owing: '7.99' }]);
    await request(contracts.acceptInvoice, HOME, {
      invoiceId: again?.invoiceId ?? '',
      by: 'billing',
    });
    await consortium.settleDown();
    expect(await balancesOf(HOME)).toMatchObject([{ owed: '7.99', owing: '15.98', net: '-7.99' }]);
    const second = await net(VISITED);
    expect(second.settlement.document).toMatchObject({ sequence: 2, payer: HOME, amount: '7.99' });
    const kinds = second.settlement.document.items.map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['creditNote', 'invoice']);
    await pay(HOME, second.settlementId);
    await consortium.settleDown();
    for (const utility of [VISITED, HOME]) expect(await balancesOf(utility)).toEqual([]);
    expect(await accountsOf(HOME, MONEY_ACCOUNTS)).toEqual({ bank: '-1598' });
    await auditBoth();
  });

  it('may be credited after it was settled: the whole sum comes back', async () => {
    const invoiceId = await accepted(VISITED, HOME);
    const { settlementId } = await net(HOME);
    await pay(HOME, settlementId);
    await consortium.settleDown();
    await request(contracts.creditInvoice, VISITED, {
      invoiceId,
      reason: 'charged twice',
      reissue: false,
      by: 'billing',
    });
    await consortium.settleDown();
    const back = await net(VISITED);
    expect(back.settlement.document).toMatchObject({ payer: VISITED, payee: HOME, amount: '7.99' });
    await pay(VISITED, back.settlementId);
    await consortium.settleDown();
    expect(await balancesOf(HOME)).toEqual([]);
    await auditBoth();
  });
});

describe('a payment', () => {
  it('whose answer is lost is resolved by its key, and never made twice', async () => {
    const invoiceId = await accepted(VISITED, HOME);
    const { settlementId } = await net(HOME);
    bank.failure = 'answerLost';
    expect(await pay(HOME, settlementId)).toMatchObject({
      state: 'paying',
      payments: [{ state: 'unknown' }],
    });
    await until(
      () => viewAt(HOME, 'settlement', settlementId)?.['state'] === 'settled',
      'the bank says what became of it',
    );
    expect(bank.instructed).toHaveLength(1);
    await consortium.settleDown();
    expect(viewAt(VISITED, 'invoice', invoiceId)).toMatchObject({ state: 'settled' });
    await auditBoth();
  });

  it('that never reached the bank is sent again under the same key', async () => {
    await accepted(VISITED, HOME);
    const { settlementId } = await net(HOME);
    bank.failure = 'beforeOrder';
    await pay(HOME, settlementId);
    bank.failure = 'none';
    await until(
      () => viewAt(HOME, 'settlement', settlementId)?.['state'] === 'settled',
      'the bank has it',
    );
    expect(new Set(bank.instructed.map(({ key }) => key)).size).toBe(1);
    expect(bank.paid.size).toBe(1);
  });

  it('that the bank rejects may be ordered again', async () => {
    await accepted(VISITED, HOME);
    const { settlementId } = await net(HOME);
    bank.failure = 'rejects';
    expect(await pay(HOME, settlementId)).toMatchObject({
      state: 'agreed',
      payments: [{ state: 'rejected', detail: 'account closed' }],
      availableActions: ['pay'],
    });
    bank.failure = 'none';
    expect(await pay(HOME, settlementId)).toMatchObject({ state: 'settled' });
  });
});
