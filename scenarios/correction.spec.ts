import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const VISITED = 'duke-energy';
const HOME = 'alabama-power';
const BOTH = [VISITED, HOME] as const;

const SLOTS = 10;

const PERIOD = () => ({
  from: new Date(Date.now() - 86_400_000).toISOString(),
  to: new Date().toISOString(),
});

/**
 * What is wrong between two utilities is put right by new documents: a credit in full, and another document
 * in its place. Journal, balances, the driver's bill and the ledger follow.
 */
describe('correction', () => {
  let gateway: Gateway;
  let slot = 0;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const post = (
    utility: string,
    path: string,
    body?: unknown,
    as: 'client' | 'approver' = 'client',
  ): Promise<Answer> => gateway.api(utility, 'POST', path, body, { as });

  const read = async (utility: string, path: string): Promise<unknown> =>
    (await gateway.api(utility, 'GET', path)).body;

  async function reach(utility: string, path: string, state: string): Promise<void> {
    await gateway.until(
      async () => at(await read(utility, path), 'state') === state,
      `${utility} sees ${path} ${state}`,
    );
  }

  /** A charge whose CDR home has accepted. */
  async function charged(cin = GOLD): Promise<{ sessionId: string; cdrId: string }> {
    // one after another at the same connector, its register rising
    slot += 1;
    const { sessionId } = await charge(gateway, {
      cin,
      startWh: slot * 30_000,
      endedMinutesAgo: (SLOTS - slot) * 70,
    });
    for (const utility of BOTH) await reach(utility, `/sessions/${sessionId}`, 'rated');
    const cdrId = text(await read(VISITED, `/sessions/${sessionId}`), 'cdrId');
    for (const utility of BOTH) await reach(utility, `/cdrs/${cdrId}`, 'accepted');
    return { sessionId, cdrId };
  }

  /** What the meter really shows: half of the energy that was told. */
  async function truthOf(cdrId: string): Promise<Record<string, string>> {
    const { body } = await gateway.api(VISITED, 'GET', `/cdrs/${cdrId}`);
    const startWh = text(body, 'document.meter.startWh');
    const stopWh = String(BigInt(startWh) + 10_000n);
    const [startAt, endAt] = [text(body, 'document.startAt'), text(body, 'document.endAt')];
    return { startAt, endAt, startWh, stopWh };
  }

  const close = (): Promise<Answer> =>
    post(VISITED, '/billing-periods', { partner: HOME, ...PERIOD() });

  async function owed(): Promise<unknown> {
    const items = list(await read(VISITED, '/balances'), 'items');
    return at(
      items.find((item) => at(item, 'partner') === HOME),
      'owed',
    );
  }

  async function expectCleanBooks(): Promise<void> {
    for (const utility of BOTH) {
      const started = await post(utility, '/audit');
      const path = `/audit/${text(started.body, 'auditId')}`;
      await reach(utility, path, 'done');
      const audit = await read(utility, path);
      expect(at(audit, 'breaches')).toEqual([]);
      expect(at(audit, 'checked.journalEntriesSumToZero')).toBeGreaterThan(0);
    }
  }

  it('a difference that home finds: dispute, answer in part, credit and reissue, settled to the cent', async () => {
    const wrong = await charged();
    const stubborn = await charged(ALABAMA_PLAIN);
    const right = await charged();
    const bills = await post(HOME, '/bills', PERIOD());
    const billed = list(bills.body, 'items').find((bill) =>
      list(bill, 'document.lines').some((line) => at(line, 'sessionId') === wrong.sessionId),
    );
    const billId = text(billed, 'billId');
    const closed = await close();
    const invoiceId = text(closed.body, 'invoiceId');
    expect(at(closed.body, 'document.lineCount')).toBe(3);
    await reach(HOME, `/invoices/${invoiceId}`, 'issued');
    const lineOf = (cdrId: string) => ({ cdrId, reasonCode: 'energy_differs', note: 'too much' });
    const unknown = lineOf('00000000-0000-4000-8000-000000000000');
    const path = `/invoices/${invoiceId}/disputes`;
    expect((await post(HOME, path, { lines: [unknown] })).status).toBe(422);
    const evidence = [{ description: 'photo of the meter', documentHash: 'e'.repeat(64) }];
    const lines = [{ ...lineOf(wrong.cdrId), evidence }, lineOf(stubborn.cdrId)];
    const disputed = await post(HOME, path, { lines });
    expect([disputed.status, at(disputed.body, 'state')]).toEqual([201, 'disputed']);
    expect(at(disputed.body, 'undisputed')).not.toBe('0.00');
    expect((await post(HOME, path, { lines: [lineOf(right.cdrId)] })).status).toBe(409);
    expect((await post(HOME, `/invoices/${invoiceId}/accept`)).status).toBe(409);

    await reach(VISITED, `/invoices/${invoiceId}`, 'disputed');
    expect(at(await read(VISITED, `/invoices/${invoiceId}`), 'availableActions')).toEqual([
      'answerDispute',
      'credit',
    ]);
    const answered = await post(VISITED, `${path}/answer`, {
      lines: [
        { cdrId: wrong.cdrId, decision: 'accepted', note: 'the meter was read again' },
        { cdrId: stubborn.cdrId, decision: 'rejected', note: 'the meter agrees with us' },
      ],
    });
    expect(answered.status).toBe(201);
    const truth = await truthOf(wrong.cdrId);
    const credit = { reason: 'energy of one session', reissue: true };
    const corrections = [{ cdrId: wrong.cdrId, correction: truth }];
    const credited = await post(VISITED, `/invoices/${invoiceId}/credit`, {
      ...credit,
      corrections,
    });
    expect(credited.status).toBe(201);
    const reissue = at(credited.body, 'invoice.document');
    expect(reissue).toMatchObject({ reissueOf: invoiceId, lineCount: 3 });
    expect(list(reissue, 'excluded')).toMatchObject([{ reason: 'credited' }]);
    const other = { ...credit, reason: 'another reason' };
    expect((await post(VISITED, `/invoices/${invoiceId}/credit`, other)).status).toBe(409);

    const reissueId = text(reissue, 'invoiceId');
    await gateway.until(
      async () =>
        list((await gateway.api(HOME, 'GET', '/invoices?direction=received')).body, 'items').some(
          (item) =>
            at(item, 'invoiceId') === reissueId &&
            list(item, 'availableActions').includes('accept'),
        ),
      'home has the reissue and agrees with it',
    );
    await reach(HOME, `/invoices/${invoiceId}`, 'credited');
    const accepted = await post(HOME, `/invoices/${reissueId}/accept`);
    expect([accepted.status, at(accepted.body, 'disputed')]).toEqual([200, '0.00']);
    await reach(VISITED, `/invoices/${reissueId}`, 'accepted');
    expect(await owed()).toBe(text(reissue, 'payable'));

    // the driver, who was billed already, gets that back and the corrected session on the next bill
    await reach(HOME, `/cdrs/${wrong.cdrId}`, 'credited');
    await gateway.until(
      async () => list(await read(HOME, `/bills/${billId}`), 'credits').length > 0,
      'the driver is credited',
    );
    const bill = await read(HOME, `/bills/${billId}`);
    expect(list(bill, 'credits')).toMatchObject([{ state: 'issued' }]);
    const next = await post(HOME, '/bills', PERIOD());
    expect(list(next.body, 'items')).toHaveLength(1);
    expect(list(next.body, 'items.0.document.lines')).toMatchObject([
      { sessionId: wrong.sessionId, energyKwh: '10.000' },
    ]);
    for (const utility of BOTH) {
      await gateway.until(
        async () =>
          at(await read(utility, `/invoices/${reissueId}`), 'ledger.state') === 'posted' &&
          at(await read(utility, `/invoices/${invoiceId}`), 'ledger.state') === 'posted',
        'the ledger holds both invoices',
      );
    }
    await expectCleanBooks();
  });

  it('an objection before the invoice: corrected in one case, written off by two people in another', async () => {
    const [one, two] = [await charged(), await charged(ALABAMA_PLAIN)];
    for (const { cdrId } of [one, two]) {
      const objection = { reasonCode: 'energy_differs', note: 'the car took less' };
      expect((await post(HOME, `/cdrs/${cdrId}/objections`, objection)).status).toBe(201);
      await reach(VISITED, `/cdrs/${cdrId}`, 'held');
    }
    expect((await close()).body).toMatchObject({ code: 'nothing_to_invoice' });

    const correction = await truthOf(one.cdrId);
    const corrected = await post(VISITED, `/cdrs/${one.cdrId}/credit`, {
      reason: 'the meter was read again',
      correction,
    });
    expect(corrected.status).toBe(201);
    const cdrId = text(corrected.body, 'cdr.document.cdrId');
    expect(at(corrected.body, 'cdr.document.flags')).toContain('corrected');
    await reach(HOME, `/cdrs/${cdrId}`, 'accepted');
    await reach(HOME, `/cdrs/${one.cdrId}`, 'credited');
    for (const utility of BOTH) {
      const creditPath = `/cdrs/${one.cdrId}/credit`;
      expect(await read(utility, creditPath)).toEqual(at(corrected.body, 'credit'));
      const original = await read(utility, `/cdrs/${one.cdrId}?as=ocpi-2.2.1`);
      const negative = await read(utility, `${creditPath}?as=ocpi-2.2.1`);
      expect(negative).toEqual({
        ...(original as object),
        id: `${one.cdrId}-C`,
        credit: true,
        credit_reference_id: one.cdrId,
        total_cost: {
          excl_vat: -Number(at(original, 'total_cost.excl_vat')),
          incl_vat: -Number(at(original, 'total_cost.incl_vat')),
        },
        last_updated: at(corrected.body, 'credit.document.issuedAt'),
      });
    }
    expect((await gateway.api(HOME, 'GET', `/cdrs/${cdrId}/credit`)).status).toBe(404);

    const path = `/cdrs/${two.cdrId}/write-off`;
    const note = 'home refuses it for good';
    expect(await post(VISITED, path, { note })).toMatchObject({ body: { state: 'proposed' } });
    expect(await post(VISITED, `${path}/approve`)).toMatchObject({
      status: 403,
      body: { code: 'four_eyes' },
    });
    const approved = await post(VISITED, `${path}/approve`, undefined, 'approver');
    expect([approved.status, at(approved.body, 'state')]).toEqual([200, 'done']);
    expect(at(approved.body, 'document.proposedBy')).not.toBe(
      at(approved.body, 'document.approvedBy'),
    );
    await reach(HOME, `/cdrs/${two.cdrId}`, 'written_off');

    const closed = await close();
    expect(at(closed.body, 'document.lineCount')).toBe(1);
    const reasons = list(closed.body, 'document.excluded').map((item) => at(item, 'reason'));
    expect(reasons.sort()).toEqual(['credited', 'written_off']);
    await expectCleanBooks();
  });

  it('an item of suspense: billed by the registers that staff read off the meter', async () => {
    const stationId = 'DUKE-RDU-002';
    const station = (path: string, body: unknown): Promise<Answer> =>
      gateway.station(stationId, 'POST', path, body);
    const swipe = await station('/swipes', { connectorId: 1, cin: GOLD, medium: 'rfid' });
    const sessionId = text(swipe.body, 'sessionId');
    await station(`/sessions/${sessionId}/consent`, { quoteHash: at(swipe.body, 'quote.hash') });
    const startAt = new Date(Date.now() - 1_800_000).toISOString();
    const endAt = new Date().toISOString();
    const offline = true;
    await station(`/sessions/${sessionId}/start`, { meterWh: '5000', at: startAt, offline });
    const stop = { meterWh: '4000', at: endAt, reason: 'full', offline };
    expect((await station(`/sessions/${sessionId}/stop`, stop)).status).toBe(200);
    await reach(VISITED, `/sessions/${sessionId}`, 'suspense');
    const items = list(await read(VISITED, '/suspense'), 'items');
    const item = items.find((one) => at(one, 'sessionId') === sessionId);
    const path = `/suspense/${text(item, 'suspenseId')}/resolve`;
    const bill = { resolution: 'bill', note: 'read off the meter' };
    expect((await post(VISITED, path, bill)).status).toBe(422);
    const correction = { startAt, endAt, startWh: '5000', stopWh: '15000' };
    const billed = await post(VISITED, path, { ...bill, correction });
    expect([billed.status, at(billed.body, 'state')]).toEqual([200, 'billed']);
    for (const utility of BOTH) await reach(utility, `/sessions/${sessionId}`, 'rated');
    const cdrId = text(await read(VISITED, `/sessions/${sessionId}`), 'cdrId');
    await reach(HOME, `/cdrs/${cdrId}`, 'accepted');
    expect(await read(HOME, `/cdrs/${cdrId}`)).toMatchObject({
      state: 'accepted',
      document: { energyKwh: '10.000', flags: ['offline', 'corrected'] },
    });
    await expectCleanBooks();
  });

  it('an item of suspense about a charge that is settled: credited, and the true one in its place', async () => {
    const stationId = 'DUKE-CLT-001';
    const { sessionId } = await charge(gateway, { connectorId: 2, cin: ALABAMA_PLAIN });
    for (const utility of BOTH) await reach(utility, `/sessions/${sessionId}`, 'rated');
    const told = text(await read(VISITED, `/sessions/${sessionId}`), 'cdrId');
    await gateway.station(stationId, 'POST', `/sessions/${sessionId}/stop`, {
      meterWh: '9000',
      at: new Date().toISOString(),
      reason: 'full',
      offline: true,
    });
    await gateway.until(
      async () => list(await read(VISITED, '/suspense?state=open'), 'items').length > 0,
      'the other stop is in suspense',
    );
    const items = list(await read(VISITED, '/suspense?state=open'), 'items');
    const item = items.find((one) => at(one, 'sessionId') === sessionId);
    const path = `/suspense/${text(item, 'suspenseId')}/resolve`;
    const credit = { resolution: 'credit', note: 'the second stop was right' };
    const correction = { ...(await truthOf(told)), stopWh: '9000' };
    const resolved = await post(VISITED, path, { ...credit, correction });
    expect([resolved.status, at(resolved.body, 'state')]).toEqual([200, 'credited']);
    expect((await post(VISITED, path, { ...credit, correction })).status).toBe(409);
    await reach(HOME, `/cdrs/${told}`, 'credited');
    const trueOne = async (): Promise<unknown> =>
      read(HOME, `/cdrs/${text(await read(HOME, `/sessions/${sessionId}`), 'cdrId')}`);
    await gateway.until(async () => {
      const cdr = await trueOne();
      return at(cdr, 'cdrId') !== told && at(cdr, 'state') === 'accepted';
    }, 'home has accepted the true one');
    expect(await trueOne()).toMatchObject({ document: { energyKwh: '8.000' } });
    await expectCleanBooks();
  });

  it('a credit for a driver waits by the limit that two people have put in force', async () => {
    const limit = { currency: 'USD', onePersonUpTo: '1.00' };
    const proposed = await post(HOME, '/approval-limits', limit);
    expect([proposed.status, at(proposed.body, 'state')]).toEqual([201, 'proposed']);
    const path = `/approval-limits/USD/versions/${String(at(proposed.body, 'version'))}/approve`;
    expect(await post(HOME, path)).toMatchObject({ status: 403, body: { code: 'four_eyes' } });
    const credited = async (): Promise<unknown> => {
      await charged(ALABAMA_PLAIN);
      const bills = await post(HOME, '/bills', PERIOD());
      const billId = text(list(bills.body, 'items').at(-1), 'billId');
      const credit = await post(HOME, `/bills/${billId}/credit`, { reason: 'goodwill' });
      return at(credit.body, 'state');
    };
    expect(await credited()).toBe('issued');
    expect((await post(HOME, path, undefined, 'approver')).body).toMatchObject({
      state: 'inForce',
      onePersonUpTo: '1.00',
    });
    expect(await credited()).toBe('proposed');
    expect(at(await read(HOME, '/approval-limits'), 'items.0.state')).toBe('inForce');
    await expectCleanBooks();
  });
});
