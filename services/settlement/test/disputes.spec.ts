import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { LedgerError } from '@roamgrid/ledger';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED, type ChargeOptions } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

let server: PostgresServer;
let consortium: Consortium;
let ledger: MemoryLedger;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  ledger = new MemoryLedger();
  consortium = await openConsortium(server, [VISITED, HOME], ledger);
  await agree(consortium.member(VISITED), consortium.member(HOME));
});

afterEach(async () => {
  await consortium.stop();
});

async function charge(options: ChargeOptions = {}): Promise<string> {
  const built = await buildCharge(consortium, options);
  await consortium.bus.request(contracts.recordCharge, VISITED, built);
  await consortium.settleDown();
  const [row] = await consortium
    .member(VISITED)
    .database.query<{ cdr_id: string }>('SELECT cdr_id FROM cdr WHERE session_id = $1', [
      built.charge.sessionId,
    ]);
  return row?.cdr_id ?? '';
}

const PERIOD = { from: '2026-11-01T00:00:00Z', to: '2026-11-15T00:00:00Z' };
const close = async (period = PERIOD): Promise<contracts.InvoiceView> => {
  const view = await consortium.bus.request(contracts.closePeriod, VISITED, {
    partner: HOME,
    ...period,
  });
  await consortium.settleDown();
  return view;
};

const EVIDENCE = { description: 'photo of the meter', documentHash: 'e'.repeat(64) };
const dispute = (invoiceId: string, cdrIds: readonly string[]) =>
  consortium.bus.request(contracts.disputeInvoice, HOME, {
    invoiceId,
    by: 'alabama-power/billing',
    lines: cdrIds.map((cdrId) => ({
      cdrId,
      reasonCode: 'energy_differs' as const,
      note: 'the car took less',
      evidence: [EVIDENCE],
    })),
  });

const answer = async (
  invoiceId: string,
  decisions: Readonly<Record<string, 'accepted' | 'rejected'>>,
) => {
  const view = await consortium.bus.request(contracts.answerDispute, VISITED, {
    invoiceId,
    by: 'duke-energy/billing',
    lines: Object.entries(decisions).map(([cdrId, decision]) => ({ cdrId, decision, note: 'n' })),
  });
  await consortium.settleDown();
  return view;
};

const accept = (invoiceId: string) =>
  consortium.bus.request(contracts.acceptInvoice, HOME, { invoiceId, by: 'alabama-power/billing' });

const credit = async (
  invoiceId: string,
  corrections: { cdrId: string; correction: contracts.MeterCorrection | null }[] = [],
) => {
  const reply = await consortium.bus.request(contracts.creditInvoice, VISITED, {
    invoiceId,
    reason: 'the dispute was right',
    reissue: true,
    by: 'duke-energy/billing',
    corrections,
  });
  await consortium.settleDown();
  return reply;
};

const TRUTH: contracts.MeterCorrection = {
  startAt: '2026-11-10T14:00:00Z',
  endAt: '2026-11-10T15:20:00Z',
  startWh: '1000',
  stopWh: '11450',
};

const viewAt = (utility: string, invoiceId: string) =>
  consortium.member(utility).facts.views.get(`invoice:${invoiceId}`);

/** for a busy machine; nothing waits for it */
const BOUND_MS = 60_000;

/** Due work comes each second and the ledger at its own pace: asked until they have. */
async function eventually(holds: () => boolean): Promise<void> {
  const until = Date.now() + BOUND_MS;
  while (!holds()) {
    if (Date.now() > until) throw new Error('it did not come');
    await consortium.settleDown();
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function expectCleanBooks(): Promise<void> {
  for (const utility of [VISITED, HOME]) {
    const { breaches } = await consortium.bus.request(contracts.auditBooks, utility, {});
    expect(breaches).toEqual([]);
  }
}

describe('a disputed line', () => {
  it('that visited accepts comes back corrected on the reissue; the rest stays due', async () => {
    const [wrong, right] = [await charge(), await charge()];
    const { invoiceId, invoice } = await close();
    const disputed = await dispute(invoiceId, [wrong]);
    expect(disputed).toMatchObject({
      state: 'disputed',
      disputed: '7.99',
      undisputed: '7.99',
      availableActions: [],
    });
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({
      availableActions: ['answerDispute', 'credit'],
      dispute: {
        document: {
          lines: [{ cdrId: wrong, reasonCode: 'energy_differs', evidence: [EVIDENCE] }],
          answerBy: '2026-12-20T12:00:00Z',
        },
      },
    });
    await expect(answer(invoiceId, { [right]: 'accepted' })).rejects.toMatchObject({
      code: 'unprocessable',
    });
    await answer(invoiceId, { [wrong]: 'accepted' });
    await expect(answer(invoiceId, { [wrong]: 'rejected' })).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await expect(accept(invoiceId)).rejects.toMatchObject({ code: 'state_conflict' });

    const reissued = await credit(invoiceId, [{ cdrId: wrong, correction: TRUTH }]);
    const repeated = await credit(invoiceId, [{ cdrId: wrong, correction: TRUTH }]);
    expect(repeated.creditNote).toEqual(reissued.creditNote);
    expect(repeated.invoice?.invoice).toEqual(reissued.invoice?.invoice);
    const document = reissued.invoice?.invoice.document;
    expect(document).toMatchObject({
      reissueOf: invoiceId,
      lineCount: 2,
      sequenceFrom: 1,
      sequenceTo: 3,
      excluded: [{ sequence: 1, reason: 'credited' }],
      energyKwh: '30.900',
    });
    expect(document?.payable).not.toBe(invoice.document.payable);
    const reissueId = reissued.invoice?.invoiceId ?? '';
    await eventually(() => viewAt(HOME, reissueId)?.['differences']?.toString() === '');
    await expect(accept(reissueId)).resolves.toMatchObject({ state: 'accepted', disputed: '0.00' });
    await consortium.settleDown();
    const { items } = await consortium.bus.request(contracts.readBalances, VISITED, {});
    expect(items).toMatchObject([{ owed: document?.payable, owing: '0.00' }]);
    await expectCleanBooks();
  });

  it('that visited accepts without saying what is true stays held', async () => {
    const [wrong] = [await charge(), await charge()];
    const { invoiceId } = await close();
    await dispute(invoiceId, [wrong]);
    await consortium.settleDown();
    await answer(invoiceId, { [wrong]: 'accepted' });
    const { invoice } = await credit(invoiceId);
    expect(invoice?.invoice.document).toMatchObject({
      lineCount: 1,
      excluded: [{ sequence: 1, reason: 'held' }],
    });
    for (const utility of [VISITED, HOME]) {
      const view = consortium.member(utility).facts.views.get(`cdr:${wrong}`);
      expect(view).toMatchObject({ state: 'held' });
    }
    await expectCleanBooks();
  });

  it('that visited rejects may be withdrawn, and then the whole is accepted', async () => {
    const cdrId = await charge();
    const { invoiceId } = await close();
    await dispute(invoiceId, [cdrId]);
    await consortium.settleDown();
    await answer(invoiceId, { [cdrId]: 'rejected' });
    expect(viewAt(HOME, invoiceId)).toMatchObject({
      state: 'disputed',
      availableActions: ['accept'],
      disputeAnswer: { document: { lines: [{ cdrId, decision: 'rejected' }] } },
    });
    expect(await accept(invoiceId)).toMatchObject({ state: 'accepted', disputed: '0.00' });
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({ state: 'accepted', disputed: '0.00' });
    await expectCleanBooks();
  });

  it('that a reissue repeats is disputed again', async () => {
    const cdrId = await charge();
    const { invoiceId } = await close();
    await dispute(invoiceId, [cdrId]);
    await consortium.settleDown();
    const { invoice } = await credit(invoiceId);
    expect(invoice?.invoice.document.reissueOf).toBe(invoiceId);
    const again = invoice?.invoiceId ?? '';
    expect(await dispute(again, [cdrId])).toMatchObject({ state: 'disputed', disputed: '7.99' });
    await consortium.settleDown();
    expect((await credit(again)).invoice?.invoice.document.reissueOf).toBe(again);
    await expectCleanBooks();
  });

  it('and an acceptance at once: one of them wins, at both utilities', async () => {
    const cdrId = await charge();
    const { invoiceId } = await close();
    const outcomes = await Promise.allSettled([accept(invoiceId), dispute(invoiceId, [cdrId])]);
    const [won] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({ state: won?.state });
    await expectCleanBooks();
  });
});

describe('silence after the dispute window', () => {
  it('accepts where the agreement says so and home has signed for every CDR', async () => {
    const cdrId = await charge();
    const { invoiceId } = await close();
    expect(viewAt(HOME, invoiceId)).toMatchObject({ disputeBy: '2026-12-20T12:00:00Z' });
    consortium.clock.set('2026-12-20T12:00:01Z');
    for (const utility of [VISITED, HOME]) {
      await eventually(() => viewAt(utility, invoiceId)?.['state'] === 'accepted');
      expect(viewAt(utility, invoiceId)).toMatchObject({ bySilence: true, disputed: '0.00' });
    }
    await expect(dispute(invoiceId, [cdrId])).rejects.toMatchObject({ code: 'state_conflict' });
    await expectCleanBooks();
  });

  it('disputes the whole where the agreement says so; home may still accept', async () => {
    await agree(consortium.member(VISITED), consortium.member(HOME), 'USD', 'home', {
      silenceMeans: 'dispute',
      disputeWindowDays: 10,
    });
    await charge();
    const { invoiceId } = await close();
    consortium.clock.set('2026-12-01T12:00:00Z');
    for (const utility of [VISITED, HOME]) {
      await eventually(() => viewAt(utility, invoiceId)?.['state'] === 'disputed');
      expect(viewAt(utility, invoiceId)).toMatchObject({ disputed: '7.99', undisputed: '0.00' });
    }
    expect(await accept(invoiceId)).toMatchObject({ state: 'accepted', disputed: '0.00' });
    await consortium.settleDown();
    expect(viewAt(VISITED, invoiceId)).toMatchObject({ state: 'accepted' });
  });

  it('never counts where home neither signed for a CDR nor recomputed it with visited', async () => {
    const cdrId = await charge();
    for (const utility of [VISITED, HOME]) {
      await consortium.member(utility).database.query('TRUNCATE cdr_answer');
    }
    const error = new LedgerError('ledger_unavailable', 'the peer is away');
    ledger.failure = { error, recorded: false };
    const { invoiceId } = await close();
    consortium.clock.set('2027-03-01T12:00:00Z');
    await consortium.lookAtDueWork();
    await consortium.settleDown();
    for (const utility of [VISITED, HOME]) {
      expect(viewAt(utility, invoiceId)).toMatchObject({ state: 'issued', disputeBy: null });
    }
    await expect(dispute(invoiceId, [cdrId])).resolves.toMatchObject({ state: 'disputed' });
  });
});

describe('a gap in the sequence', () => {
  it('is noticed by home and asked for again', async () => {
    await charge();
    const lost = await charge();
    const home = consortium.member(HOME);
    await home.database.query('DELETE FROM retail_charge WHERE cdr_id = $1', [lost]);
    await home.database.query('DELETE FROM cdr WHERE cdr_id = $1', [lost]);
    home.facts.views.delete(`cdr:${lost}`);
    await charge();
    expect(await home.database.query('SELECT sequence FROM cdr_gap')).toEqual([{ sequence: 2 }]);
    // what was booked for it stands in the journal: this home has lost the CDR alone
    await home.database.query('TRUNCATE journal_entry CASCADE');
    consortium.clock.set('2026-11-20T12:01:00Z');
    await eventually(() => home.facts.views.has(`cdr:${lost}`));
    expect(home.facts.views.get(`cdr:${lost}`)).toMatchObject({ state: 'accepted' });
    expect(await home.database.query('SELECT sequence FROM cdr_gap')).toEqual([]);
  });
});

describe('a CDR that comes late', () => {
  it('stands on the next invoice, flagged late', async () => {
    await charge();
    await close();
    const late = await charge();
    const { invoiceId } = await close();
    const { items } = await consortium.bus.request(contracts.listInvoiceLines, HOME, {
      invoiceId,
      limit: 10,
      cursor: null,
    });
    expect(items).toMatchObject([{ cdrId: late, flags: ['late'] }]);
  });

  it('beyond the agreed limit is kept, held and disputed as too old', async () => {
    consortium.clock.set('2026-12-15T12:00:00Z');
    const cdrId = await charge();
    for (const utility of [VISITED, HOME]) {
      const view = consortium.member(utility).facts.views.get(`cdr:${cdrId}`);
      expect(view).toMatchObject({ state: 'held', document: { flags: ['too_old'] } });
    }
    const [row] = await consortium
      .member(VISITED)
      .database.query<{ document: string }>('SELECT document FROM cdr_answer');
    expect(JSON.parse(row?.document ?? '{}')).toMatchObject({ reasonCode: 'too_old' });
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
    await expectCleanBooks();
  });
});

describe('a session over the end of the month', () => {
  /** Midnight between October and November in New York is 04:00 UTC. */
  const OCTOBER = { from: '2026-10-01T04:00:00Z', to: '2026-11-01T04:00:00Z' };

  it.each([
    ['ended in the month’s last second', '2026-11-01T03:59:59Z', true],
    ['ended on midnight', '2026-11-01T04:00:00Z', false],
    ['ended after it, by its own offset still on UTC’s same day', '2026-11-01T04:30:00Z', false],
  ])('%s', async (_name, endAt, isOctober) => {
    const startAt = '2026-11-01T02:00:00Z';
    const utcOffsets = [{ from: startAt, offsetSeconds: -14_400 }];
    await charge({ startAt, chargedAt: '2026-11-01T03:30:00Z', endAt, utcOffsets });
    const october = close(OCTOBER);
    if (isOctober) expect((await october).invoice.document).toMatchObject({ lineCount: 1 });
    else await expect(october).rejects.toMatchObject({ code: 'nothing_to_invoice' });
  });
});
