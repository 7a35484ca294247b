import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { canonicalBytes } from '@roamgrid/documents';
import { leafHash, requireHashFromHex, verifyInclusion } from '@roamgrid/merkle';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { sha256 } from '@roamgrid/platform';
import { agree, buildCharge, HOME, VISITED, type ChargeOptions } from './charges.js';
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

async function charge(options: ChargeOptions = {}): Promise<string> {
  const built = await buildCharge(consortium, options);
  await consortium.bus.request(contracts.recordCharge, VISITED, built);
  await consortium.settleDown();
  return built.charge.sessionId;
}

const close = (to = '2026-11-15T00:00:00Z'): Promise<contracts.InvoiceView> =>
  consortium.bus.request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to,
  });

const accept = (invoiceId: string): Promise<contracts.InvoiceView> =>
  consortium.bus.request(contracts.acceptInvoice, HOME, { invoiceId, by: 'billing' });

const viewAt = (utility: string, invoiceId: string): Record<string, unknown> | undefined =>
  consortium.member(utility).facts.views.get(`invoice:${invoiceId}`);

const audit = (utility: string) => consortium.bus.request(contracts.auditBooks, utility, {});

async function cdrIdOf(sessionId: string): Promise<string> {
  const rows = await consortium
    .member(VISITED)
    .database.query<{ cdr_id: string }>('SELECT cdr_id FROM cdr WHERE session_id = $1', [
      sessionId,
    ]);
  return rows[0]?.cdr_id ?? '';
}

describe('closing a period', () => {
  it('sums CDRs to the cent, and home has the invoice when the close is answered', async () => {
    await charge();
    await charge();
    const view = await close();
    expect(view).toMatchObject({
      direction: 'issued',
      state: 'issued',
      disputed: '0.00',
      availableActions: ['credit'],
    });
    expect(view.invoice.document).toMatchObject({
      number: 'DUKE-2026-000001',
      lineCount: 2,
      sequenceFrom: 1,
      sequenceTo: 2,
      excluded: [],
      energyKwh: '40.900',
      totalExclTax: '15.66',
      tax: '1.14',
      totalInclTax: '16.80',
      commission: '0.78',
      commissionTax: '0.04',
      payable: '15.98',
      taxes: [{ name: 'Sales tax', percentage: '7.25', base: '15.66', amount: '1.14' }],
      dueDate: '2026-12-04T12:00:00Z',
    });
    const { items } = await consortium.bus.request(contracts.listInvoiceLines, HOME, {
      invoiceId: view.invoiceId,
      limit: 10,
      cursor: null,
    });
    expect(items).toHaveLength(2);
    await consortium.settleDown();
    expect(viewAt(HOME, view.invoiceId)).toMatchObject({
      direction: 'received',
      state: 'issued',
      differences: [],
      availableActions: ['accept', 'dispute'],
    });
  });

  it('a second time finds nothing', async () => {
    await charge();
    await close();
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
  });

  it('invoices what waits when the agreement has ended', async () => {
    await charge();
    consortium.member(VISITED).facts.hasEnded.add(HOME);
    expect((await close()).invoice.document.lineCount).toBe(1);
  });

  it('by two people at once makes one invoice', async () => {
    await charge();
    const outcomes = await Promise.allSettled([close(), close(), close()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['in the future', HOME, '2026-11-01T00:00:00Z', '2026-11-21T00:00:00Z', 'unprocessable'],
    ['backwards', HOME, '2026-11-15T00:00:00Z', '2026-11-01T00:00:00Z', 'unprocessable'],
    ['with itself', VISITED, '2026-11-01T00:00:00Z', '2026-11-15T00:00:00Z', 'unprocessable'],
    ['with a stranger', 'con-edison', '2026-11-01T00:00:00Z', '2026-11-15T00:00:00Z', 'not_found'],
  ])('%s is refused', async (_name, partner, from, to, code) => {
    await expect(
      consortium.bus.request(contracts.closePeriod, VISITED, { partner, from, to }),
    ).rejects.toMatchObject({ code });
  });

  it('leaves held CDRs out, by name, and flags late ones', async () => {
    await charge();
    const held = await charge();
    await charge();
    await consortium
      .member(VISITED)
      .database.query("UPDATE cdr SET state = 'held' WHERE session_id = $1", [held]);
    const first = await close();
    expect(first.invoice.document).toMatchObject({
      lineCount: 2,
      sequenceFrom: 1,
      sequenceTo: 3,
      excluded: [{ sequence: 2, reason: 'held' }],
    });
    await charge();
    const second = await close();
    expect(second.invoice.document).toMatchObject({ sequenceFrom: 4, sequenceTo: 4 });
    const { items } = await consortium.bus.request(contracts.listInvoiceLines, VISITED, {
      invoiceId: second.invoiceId,
      limit: 10,
      cursor: null,
    });
    expect(items).toMatchObject([{ sequence: 4, flags: ['late'] }]);
  });

  it('says why a number of the range is no line', async () => {
    await charge();
    const held = await charge();
    await charge({ endAt: '2026-11-10T16:00:00Z' });
    await charge();
    const setState = (state: string) =>
      consortium
        .member(VISITED)
        .database.query('UPDATE cdr SET state = $2 WHERE session_id = $1', [held, state]);
    await setState('held');
    const first = await close('2026-11-10T15:30:00Z');
    expect(first.invoice.document).toMatchObject({
      lineCount: 2,
      excluded: [
        { sequence: 2, reason: 'held' },
        { sequence: 3, reason: 'later' },
      ],
    });
    await setState('accepted');
    const second = await close();
    expect(second.invoice.document).toMatchObject({
      lineCount: 2,
      sequenceFrom: 2,
      sequenceTo: 3,
      excluded: [],
    });
    await charge();
    const third = await close();
    expect(third.invoice.document).toMatchObject({ sequenceFrom: 5, sequenceTo: 5, excluded: [] });
  });

  it('names what stands on an earlier invoice only where the range spans it', async () => {
    const held = await charge();
    await charge();
    const setState = (state: string) =>
      consortium
        .member(VISITED)
        .database.query('UPDATE cdr SET state = $2 WHERE session_id = $1', [held, state]);
    await setState('held');
    await close();
    await setState('accepted');
    await charge();
    const { invoiceId, invoice } = await close();
    expect(invoice.document).toMatchObject({
      sequenceFrom: 1,
      sequenceTo: 3,
      excluded: [{ sequence: 2, reason: 'invoiced' }],
    });
    await expect(accept(invoiceId)).resolves.toMatchObject({ state: 'accepted' });
  });

  it('gives lines in pages and a proof for each', async () => {
    for (let count = 0; count < 3; count += 1) await charge();
    const { invoiceId, invoice } = await close();
    const page = await consortium.bus.request(contracts.listInvoiceLines, HOME, {
      invoiceId,
      limit: 2,
      cursor: null,
    });
    expect(page).toMatchObject({ items: [{ sequence: 1 }, { sequence: 2 }], nextCursor: '2' });
    const cdrId = page.items[1]?.cdrId ?? '';
    const proof = await consortium.bus.request(contracts.proveCdr, HOME, { invoiceId, cdrId });
    const { cdr } = await consortium.bus.request(contracts.readCdr, HOME, { cdrId });
    const leaf = leafHash(canonicalBytes(cdr?.document), sha256);
    const root = requireHashFromHex(invoice.document.merkleRoot);
    expect(verifyInclusion(proof, leaf, root, sha256)).toBe(true);
  });
});

describe('answering an invoice', () => {
  it('accepted once is accepted for both, and stands in the balances', async () => {
    await charge();
    const { invoiceId } = await close();
    const accepted = await accept(invoiceId);
    expect(accepted).toMatchObject({ state: 'accepted', availableActions: [] });
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({ state: 'accepted' });
    await expect(accept(invoiceId)).resolves.toMatchObject({ state: 'accepted' });
    const balances = (utility: string) =>
      consortium.bus.request(contracts.readBalances, utility, {});
    expect(await balances(VISITED)).toEqual({
      items: [{ partner: HOME, currency: 'USD', owed: '7.99', owing: '0.00', net: '7.99' }],
    });
    expect(await balances(HOME)).toEqual({
      items: [{ partner: VISITED, currency: 'USD', owed: '0.00', owing: '7.99', net: '-7.99' }],
    });
  });

  it('disputed lines are named, and nothing else can follow but a credit', async () => {
    const session = await charge();
    const other = await cdrIdOf(await charge());
    const { invoiceId } = await close();
    const cdrId = await cdrIdOf(session);
    const dispute = (ids: string[], note = 'why') =>
      consortium.bus.request(contracts.disputeInvoice, HOME, {
        invoiceId,
        by: 'billing',
        lines: ids.map((id) => ({ cdrId: id, reasonCode: 'energy_differs' as const, note })),
      });
    await expect(dispute(['00000000-0000-4000-8000-000000000000'])).rejects.toMatchObject({
      code: 'unprocessable',
    });
    expect(await dispute([cdrId])).toMatchObject({ state: 'disputed', disputed: '7.99' });
    await expect(dispute([cdrId])).resolves.toMatchObject({ state: 'disputed' });
    await expect(dispute([cdrId, other])).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(dispute([other])).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(dispute([cdrId], 'another why')).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(accept(invoiceId)).rejects.toMatchObject({ code: 'state_conflict' });
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({
      state: 'disputed',
      disputed: '7.99',
      availableActions: ['answerDispute', 'credit'],
    });
  });

  it('disputed lines are the same in another order', async () => {
    const ids = [await cdrIdOf(await charge()), await cdrIdOf(await charge())];
    const { invoiceId } = await close();
    const dispute = (cdrIds: string[]) =>
      consortium.bus.request(contracts.disputeInvoice, HOME, {
        invoiceId,
        by: 'billing',
        lines: cdrIds.map((cdrId) => ({ cdrId, reasonCode: 'energy_differs' as const, note: '' })),
      });
    const first = await dispute(ids);
    expect(first).toMatchObject({ state: 'disputed', disputed: '15.98' });
    expect(await dispute([...ids].reverse())).toMatchObject({ disputed: '15.98' });
  });

  it('is for home, as crediting is for visited: the other one is refused, not told a lie', async () => {
    await charge();
    const { invoiceId } = await close();
    const byIssuer = { invoiceId, by: 'billing' };
    await expect(
      consortium.bus.request(contracts.acceptInvoice, VISITED, byIssuer),
    ).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(
      consortium.bus.request(contracts.creditInvoice, HOME, {
        ...byIssuer,
        reason: 'mine',
        reissue: false,
      }),
    ).rejects.toMatchObject({ code: 'state_conflict' });
    const invoiceIdOfNobody = '00000000-0000-4000-8000-000000000000';
    await expect(accept(invoiceIdOfNobody)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('an invoice that is not as home has it can only be disputed', async () => {
    await charge();
    const { invoiceId } = await close();
    await consortium.settleDown();
    const { database, facts } = consortium.member(HOME);
    const visited = consortium.member(VISITED);
    const stored = facts.views.get(`invoice:${invoiceId}`) as unknown as contracts.SignedInvoice;
    const lines = await consortium.bus.request(contracts.listInvoiceLines, VISITED, {
      invoiceId,
      limit: 10,
      cursor: null,
    });
    await database.query('UPDATE cdr SET invoice_id = NULL');
    await database.query('UPDATE invoice_line SET live = false');
    const other = '00000000-0000-4000-8000-000000000001';
    const invoice = await visited.signer('settlement').sign({
      ...stored.document,
      invoiceId: other,
      payable: '8.00',
    });
    await consortium.bus.request(contracts.receiveInvoice, HOME, { invoice, lines: lines.items });
    await consortium.settleDown();
    expect(viewAt(HOME, other)).toMatchObject({
      state: 'issued',
      differences: [{ code: 'sum_differs', detail: 'payable' }],
      availableActions: ['dispute'],
    });
    await expect(accept(other)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('an invoice that comes before its CDR is reviewed again when the CDR comes', async () => {
    await charge();
    const home = consortium.member(HOME);
    const [kept] = [...home.facts.views]
      .filter(([key]) => key.startsWith('cdr:'))
      .map(([, data]) => data as unknown as contracts.SignedCdr);
    await home.database.query('TRUNCATE cdr, cdr_answer, journal_entry CASCADE');
    const { invoiceId } = await close();
    await consortium.settleDown();
    expect(viewAt(HOME, invoiceId)).toMatchObject({ availableActions: ['dispute'] });
    if (kept === undefined) throw new Error('no CDR');
    const { document, documentHash, signature } = kept;
    const cdr = { document, documentHash, signature };
    await consortium.bus.request(contracts.receiveCdr, HOME, { cdr });
    await consortium.settleDown();
    expect(viewAt(HOME, invoiceId)).toMatchObject({
      differences: [],
      availableActions: ['accept', 'dispute'],
    });
  });
});

describe('crediting an invoice', () => {
  const credit = (invoiceId: string, reissue: boolean, reason = 'wrong period') =>
    consortium.bus.request(contracts.creditInvoice, VISITED, {
      invoiceId,
      reason,
      reissue,
      by: 'billing',
    });

  it('frees its CDRs for the next close, at both utilities', async () => {
    await charge();
    const { invoiceId } = await close();
    const { creditNote, invoice } = await credit(invoiceId, false);
    expect(invoice).toBeNull();
    expect(creditNote.document).toMatchObject({ number: 'DUKE-CN-2026-000001', payable: '7.99' });
    expect(await credit(invoiceId, false)).toEqual({ creditNote, invoice: null });
    await expect(credit(invoiceId, true)).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(credit(invoiceId, false, 'another')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await consortium.settleDown();
    expect(viewAt(HOME, invoiceId)).toMatchObject({ state: 'credited', availableActions: [] });
    const again = await close();
    expect(again.invoice.document).toMatchObject({ number: 'DUKE-2026-000002', lineCount: 1 });
    await expect(accept(again.invoiceId)).resolves.toMatchObject({ state: 'accepted' });
  });

  it('with a reissue puts the same CDRs on a new invoice in one step', async () => {
    await charge();
    await charge();
    const first = await close();
    await accept(first.invoiceId);
    await consortium.settleDown();
    const { invoice } = await credit(first.invoiceId, true);
    expect(invoice?.invoice.document).toMatchObject({
      reissueOf: first.invoiceId,
      merkleRoot: first.invoice.document.merkleRoot,
      payable: first.invoice.document.payable,
    });
    expect((await credit(first.invoiceId, true)).invoice?.invoiceId).toBe(invoice?.invoiceId);
    await expect(credit(first.invoiceId, false)).rejects.toMatchObject({ code: 'state_conflict' });
    await consortium.settleDown();
    await expect(accept(invoice?.invoiceId ?? '')).resolves.toMatchObject({ state: 'accepted' });
    await consortium.settleDown();
    const { items } = await consortium.bus.request(contracts.readBalances, VISITED, {});
    expect(items).toMatchObject([{ owed: '15.98' }]);
    // what home has not accepted, or no more, is the issuer's claim and no fact of home's books
    for (const [utility, invoiceSumsAndRoots] of [
      [VISITED, 2],
      [HOME, 1],
    ] as const) {
      const { checked, breaches } = await audit(utility);
      expect(breaches).toEqual([]);
      expect(checked).toMatchObject({ cdrsRateAgain: 2, invoiceSumsAndRoots });
    }
  });

  it('with a reissue leaves out what home objects to by then', async () => {
    await charge();
    const objected = await charge();
    const first = await close();
    await consortium
      .member(VISITED)
      .database.query("UPDATE cdr SET state = 'held' WHERE session_id = $1", [objected]);
    const { invoice } = await credit(first.invoiceId, true);
    expect(invoice?.invoice.document).toMatchObject({
      lineCount: 1,
      sequenceFrom: 1,
      sequenceTo: 2,
      excluded: [{ sequence: 2, reason: 'held' }],
      payable: '7.99',
    });
  });
});

describe('the audit', () => {
  it('finds a figure that was changed in the books', async () => {
    await charge();
    await close();
    const { database } = consortium.member(VISITED);
    await database.query(`UPDATE cdr SET document = replace(document, '"7.83"', '"7.84"')`);
    const { breaches } = await audit(VISITED);
    expect([...new Set(breaches.map(({ invariant }) => invariant))].sort()).toEqual([
      'cdrsHashAndSignature',
      'cdrsRateAgain',
      'invoiceSumsAndRoots',
    ]);
  });
});

describe('the journal', () => {
  it('refuses an entry that does not sum to zero, and every change', async () => {
    await charge();
    const { database } = consortium.member(VISITED);
    await expect(
      database.transaction(async (tx) => {
        await tx.query(
          `INSERT INTO journal_entry (natural_key, booked_at, description)
           VALUES ('crooked', now(), 'x')`,
        );
        await tx.query(
          `INSERT INTO journal_line SELECT entry_id, 1, 'cash', 'USD', 5
             FROM journal_entry WHERE natural_key = 'crooked'`,
        );
      }),
    ).rejects.toThrow('does not sum to zero');
    await expect(database.query('UPDATE journal_line SET amount_minor = 1')).rejects.toThrow(
      'append-only',
    );
  });
});
