import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, POSTPAID, VISITED, type ChargeOptions } from './charges.js';
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

interface Charged {
  readonly sessionId: string;
  readonly cdrId: string;
}

async function charge(options: ChargeOptions = {}): Promise<Charged> {
  const built = await buildCharge(consortium, options);
  const { sessionId, visitedUtility } = built.charge;
  await consortium.bus.request(contracts.recordCharge, visitedUtility, built);
  await consortium.settleDown();
  const [row] = await consortium
    .member(visitedUtility)
    .database.query<{ cdr_id: string }>('SELECT cdr_id FROM cdr WHERE session_id = $1', [
      sessionId,
    ]);
  return { sessionId, cdrId: row?.cdr_id ?? '' };
}

/** 20.45 kWh had been told; the meter shows 10 kWh less. */
const TRUTH: contracts.MeterCorrection = {
  startAt: '2026-11-10T14:00:00Z',
  endAt: '2026-11-10T15:20:00Z',
  startWh: '1000',
  stopWh: '11450',
};

async function correct(
  charge: { cdrId: string } | { sessionId: string },
  correction: contracts.MeterCorrection | null = TRUTH,
  reason = 'the meter was read again',
  utility = VISITED,
) {
  const reply = await consortium.bus.request(contracts.correctCharge, utility, {
    charge,
    reason,
    correction,
    by: 'duke-energy/billing',
  });
  await consortium.settleDown();
  return reply;
}

async function object(cdrId: string): Promise<void> {
  await consortium.bus.request(contracts.objectCdr, HOME, {
    cdrId,
    reasonCode: 'energy_differs',
    note: 'the car took less',
    by: 'alabama-power/billing',
  });
  await consortium.settleDown();
}

const PERIOD = { from: '2026-11-01T00:00:00Z', to: '2026-11-15T00:00:00Z' };
const close = (): Promise<contracts.InvoiceView> =>
  consortium.bus.request(contracts.closePeriod, VISITED, { partner: HOME, ...PERIOD });
const bill = async (): Promise<contracts.SignedBill[]> =>
  (await consortium.bus.request(contracts.issueBills, HOME, PERIOD)).items;

const view = (utility: string, kind: string, id: string) =>
  consortium.member(utility).facts.views.get(`${kind}:${id}`);

async function balancesOf(utility: string): Promise<Record<string, string>> {
  const rows = await consortium.member(utility).database.query<{ account: string; sum: string }>(
    `SELECT account, sum(amount_minor)::text AS sum FROM journal_line
      GROUP BY account HAVING sum(amount_minor) <> 0`,
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]));
}

async function expectCleanBooks(): Promise<void> {
  for (const utility of [VISITED, HOME]) {
    const { breaches } = await consortium.bus.request(contracts.auditBooks, utility, {});
    expect(breaches).toEqual([]);
    const sums = Object.values(await balancesOf(utility)).map(BigInt);
    expect(sums.reduce((sum, one) => sum + one, 0n)).toBe(0n);
  }
}

describe('an objection that visited agrees to', () => {
  it('ends in a credit and a corrected CDR; home owes and bills the corrected one', async () => {
    const { sessionId, cdrId } = await charge();
    await object(cdrId);
    const { credit, cdr } = await correct({ cdrId });
    expect(credit.document).toMatchObject({
      cdrId,
      sequence: 1,
      payable: '7.99',
      correctedBy: cdr?.document.cdrId,
      correction: TRUTH,
      by: 'duke-energy/billing',
    });
    expect(cdr?.document).toMatchObject({
      sessionId,
      sequence: 2,
      energyKwh: '10.450',
      flags: ['corrected'],
      meter: { startWh: '1000', stopWh: '11450' },
      consent: { document: { sessionId } },
    });
    const corrected = cdr?.document.cdrId ?? '';
    for (const utility of [VISITED, HOME]) {
      expect(view(utility, 'cdr', cdrId)).toMatchObject({ state: 'credited' });
      expect(view(utility, 'cdr', corrected)).toMatchObject({ state: 'accepted' });
      expect(view(utility, 'session', sessionId)).toMatchObject({
        state: 'rated',
        cdrId: corrected,
      });
    }
    const { invoice } = await close();
    expect(invoice.document).toMatchObject({
      lineCount: 1,
      sequenceFrom: 1,
      sequenceTo: 2,
      excluded: [{ sequence: 1, cdrHash: credit.document.cdrHash, reason: 'credited' }],
      energyKwh: '10.450',
    });
    const [issued] = await bill();
    expect(issued?.document.lines).toMatchObject([{ cdrId: corrected, energyKwh: '10.450' }]);
    await expectCleanBooks();
    // what aaa booked on the mandate is told to be what home bills
    expect(consortium.member(VISITED).facts.mandateUses).toMatchObject([
      {
        cdrCreditId: credit.document.cdrCreditId,
        sessionId,
        mandateId: cdr?.document.mandate.document.mandateId,
        takenBack: { energyKwh: '20.450' },
        replacedBy: { energyKwh: '10.450', amount: issued?.document.totalInclTax },
      },
    ]);
    expect(consortium.member(HOME).facts.mandateUses).toEqual([]);
  });

  it('ends in a credit alone where nothing was delivered', async () => {
    const { sessionId, cdrId } = await charge();
    await object(cdrId);
    expect((await correct({ cdrId }, null)).cdr).toBeNull();
    expect(await balancesOf(VISITED)).toEqual({});
    expect(await balancesOf(HOME)).toEqual({});
    for (const utility of [VISITED, HOME]) {
      expect(view(utility, 'cdr', cdrId)).toMatchObject({ state: 'credited' });
    }
    expect(view(VISITED, 'session', sessionId)).toMatchObject({ state: 'held' });
    await expect(close()).rejects.toMatchObject({ code: 'nothing_to_invoice' });
    expect(await bill()).toEqual([]);
    await expectCleanBooks();
    expect(consortium.member(VISITED).facts.mandateUses).toMatchObject([
      {
        sessionId,
        takenBack: { energyKwh: '20.450' },
        replacedBy: { energyKwh: '0', amount: '0' },
      },
    ]);
  });

  it('the same request again has one effect; another one is refused', async () => {
    const { sessionId, cdrId } = await charge();
    const first = await correct({ cdrId });
    expect(await correct({ cdrId })).toEqual(first);
    expect(await correct({ sessionId })).toEqual(first);
    await expect(correct({ cdrId }, null)).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(correct({ cdrId }, TRUTH, 'again')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await expectCleanBooks();
  });

  it('two corrections at once leave one live CDR', async () => {
    const { cdrId } = await charge();
    const outcomes = await Promise.allSettled([
      correct({ cdrId }, TRUTH, 'one'),
      correct({ cdrId }, null, 'two'),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await consortium.settleDown();
    await expectCleanBooks();
  });

  it('is visited’s to correct, before an invoice, by what can be true', async () => {
    const { cdrId } = await charge();
    await expect(correct({ cdrId }, TRUTH, 'x', HOME)).rejects.toMatchObject({ code: 'not_found' });
    const falling = { ...TRUTH, stopWh: '999' };
    await expect(correct({ cdrId }, falling)).rejects.toMatchObject({ code: 'unprocessable' });
    const backwards = { ...TRUTH, endAt: TRUTH.startAt };
    await expect(correct({ cdrId }, backwards)).rejects.toMatchObject({ code: 'unprocessable' });
    await close();
    await expect(correct({ cdrId })).rejects.toMatchObject({ code: 'state_conflict' });
  });
});

describe('a charge told again after its correction', () => {
  it('changes nothing', async () => {
    const built = await buildCharge(consortium, {});
    const record = async () => {
      await consortium.bus.request(contracts.recordCharge, VISITED, built);
      await consortium.settleDown();
    };
    await record();
    await correct({ sessionId: built.charge.sessionId });
    await record();
    const rows = await consortium
      .member(VISITED)
      .database.query('SELECT sequence, state FROM cdr ORDER BY sequence');
    expect(rows).toEqual([
      { sequence: 1, state: 'credited' },
      { sequence: 2, state: 'accepted' },
    ]);
    const kept = await consortium
      .member(VISITED)
      .database.query('SELECT 1 FROM quarantined_document');
    expect(kept).toEqual([]);
  });
});

describe('a driver who was billed already', () => {
  it('gets a credit for the bill and the corrected session on the next one', async () => {
    const { sessionId, cdrId } = await charge();
    const [first] = await bill();
    const billId = first?.document.billId ?? '';
    expect(first?.document.totalInclTax).toBe('8.94');
    const { cdr } = await correct({ cdrId });
    expect(view(HOME, 'bill', billId)).toMatchObject({
      credited: '8.94',
      credits: [
        {
          state: 'issued',
          proposedBy: 'alabama-power/settlement',
          document: { number: 'ALABAMA-BC-2026-000001', lines: [{ sessionId, cdrId }] },
        },
      ],
      availableActions: [],
    });
    const [second] = await bill();
    expect(second?.document.lines).toMatchObject([{ sessionId, cdrId: cdr?.document.cdrId }]);
    const due = `consumer:receivable:${POSTPAID.consumerId}`;
    // what was handed over to customer billing meanwhile is owed there
    const balances = await balancesOf(HOME);
    const owed = BigInt(balances[due] ?? 0) + BigInt(balances['customer:billing'] ?? 0);
    expect(String(owed)).toBe(second?.document.totalInclTax.replace('.', ''));
    await expectCleanBooks();
  });

  it('of more than the limit waits for a second person', async () => {
    // 100 kWh in one hour: 31.00 and tax
    const { sessionId } = await charge({ energyWh: '90000' });
    const [issued] = await bill();
    const billId = issued?.document.billId ?? '';
    const creditBill = (sessionIds: string[] | null, by = 'alabama-power/billing') =>
      consortium.bus.request(contracts.creditBill, HOME, {
        billId,
        reason: 'wrong',
        sessionIds,
        by,
      });
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(creditBill([other])).rejects.toMatchObject({ code: 'unprocessable' });
    const before = await balancesOf(HOME);
    const proposed = await creditBill([sessionId]);
    expect(proposed).toMatchObject({ state: 'proposed', signed: null });
    expect(await balancesOf(HOME)).toEqual(before);
    await expect(creditBill([sessionId])).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(creditBill(null)).rejects.toMatchObject({ code: 'state_conflict' });
    const approve = (by: string) =>
      consortium.bus.request(contracts.approveBillCredit, HOME, {
        billId,
        billCreditId: proposed.billCreditId,
        by,
      });
    await expect(approve('alabama-power/billing')).rejects.toMatchObject({ code: 'four_eyes' });
    const approved = await approve('alabama-power/approver');
    expect(approved).toMatchObject({
      state: 'issued',
      signed: {
        document: {
          proposedBy: 'alabama-power/billing',
          approvedBy: 'alabama-power/approver',
          totalInclTax: issued?.document.totalInclTax,
        },
      },
    });
    expect(await approve('alabama-power/approver')).toEqual(approved);
    const due = `consumer:receivable:${POSTPAID.consumerId}`;
    expect(await balancesOf(HOME)).not.toHaveProperty(due);
    await expectCleanBooks();
  });

  it('waits by the limit that two people of the utility have put in force', async () => {
    const [one, two] = ['alabama-power/billing', 'alabama-power/approver'];
    const propose = (onePersonUpTo: string, by = one) =>
      consortium.bus.request(contracts.proposeApprovalLimit, HOME, {
        currency: 'USD',
        onePersonUpTo,
        by,
      });
    const approve = (version: number, by = two) =>
      consortium.bus.request(contracts.approveApprovalLimit, HOME, {
        currency: 'USD',
        version,
        by,
      });
    const credited = async (): Promise<string> => {
      await charge();
      const [issued] = await bill();
      const { state } = await consortium.bus.request(contracts.creditBill, HOME, {
        billId: issued?.document.billId ?? '',
        reason: 'wrong',
        sessionIds: null,
        by: one,
      });
      return state;
    };
    await expect(propose('-1.00')).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(approve(1)).rejects.toMatchObject({ code: 'not_found' });
    expect(await propose('5.00')).toMatchObject({ version: 1, state: 'proposed' });
    // 8.94: below 25
    expect(await credited()).toBe('issued');
    await expect(approve(1, one)).rejects.toMatchObject({ code: 'four_eyes' });
    expect(await approve(1)).toMatchObject({ state: 'inForce', approvedBy: two });
    expect(await approve(1)).toMatchObject({ state: 'inForce' });
    expect(await credited()).toBe('proposed');
    await propose('8.94');
    await propose('1.00', two);
    expect(await approve(2)).toMatchObject({ state: 'inForce' });
    expect(await credited()).toBe('issued');
    await expect(approve(1)).rejects.toMatchObject({ code: 'state_conflict' });
    const { items } = await consortium.bus.request(contracts.readApprovalLimits, HOME, {});
    expect(items.map(({ version, state }) => [version, state])).toEqual([
      [3, 'proposed'],
      [2, 'inForce'],
      [1, 'replaced'],
    ]);
  });

  it('gets back to the prepaid balance what that had paid', async () => {
    const consumer = { ...POSTPAID, consumerId: 'prepaid-1', paymentMode: 'prepaid' as const };
    await consortium.bus.request(contracts.depositCredit, HOME, {
      entryId: 'd1',
      consumerId: consumer.consumerId,
      currency: 'USD',
      amount: '50.00',
    });
    const { cdrId } = await charge({ consumer, moneyCap: '50.00' });
    const balance = async () => {
      const { consumerId } = consumer;
      const { account } = await consortium.bus.request(contracts.readCredit, HOME, { consumerId });
      return account?.balance;
    };
    expect(await balance()).toBe('41.06');
    const [issued] = await bill();
    await consortium.bus.request(contracts.creditBill, HOME, {
      billId: issued?.document.billId ?? '',
      reason: 'nothing was delivered',
      sessionIds: null,
      by: 'alabama-power/billing',
    });
    expect(await balance()).toBe('50.00');
    await expect(correct({ cdrId }, null)).resolves.toMatchObject({ cdr: null });
    expect(await balance()).toBe('50.00');
    await expectCleanBooks();
  });
});

describe('a domestic charge', () => {
  it('is corrected for its driver', async () => {
    const { sessionId, cdrId } = await charge({ visited: HOME, home: HOME });
    await bill();
    const { cdr } = await correct({ sessionId }, TRUTH, 'read again', HOME);
    const [second] = await bill();
    expect(second?.document.lines).toMatchObject([{ cdrId: cdr?.document.cdrId }]);
    expect(view(HOME, 'cdr', cdrId)).toMatchObject({ state: 'credited' });
    await expectCleanBooks();
  });
});

describe('a CDR that home refuses for good', () => {
  const writeOff = (request: contracts.RequestOf<typeof contracts.writeOffCdr>) =>
    consortium.bus.request(contracts.writeOffCdr, VISITED, request);
  const propose = (cdrId: string, by = 'duke-energy/billing') =>
    writeOff({ step: 'propose', cdrId, note: 'home does not know the session', by });
  const approve = (cdrId: string, by: string) => writeOff({ step: 'approve', cdrId, by });

  it('is written off by two people, whose names are signed; home is told', async () => {
    const { sessionId, cdrId } = await charge();
    await expect(propose(cdrId)).rejects.toMatchObject({ code: 'state_conflict' });
    await object(cdrId);
    await expect(approve(cdrId, 'duke-energy/approver')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    expect(await propose(cdrId)).toEqual({ state: 'proposed', writeOff: null });
    expect(await propose(cdrId)).toEqual({ state: 'proposed', writeOff: null });
    await expect(approve(cdrId, 'duke-energy/billing')).rejects.toMatchObject({
      code: 'four_eyes',
    });
    const done = await approve(cdrId, 'duke-energy/approver');
    expect(done).toMatchObject({
      state: 'done',
      writeOff: {
        document: {
          cdrId,
          payable: '7.99',
          proposedBy: 'duke-energy/billing',
          approvedBy: 'duke-energy/approver',
        },
      },
    });
    expect(await approve(cdrId, 'duke-energy/approver')).toEqual(done);
    await consortium.settleDown();
    for (const utility of [VISITED, HOME]) {
      expect(view(utility, 'cdr', cdrId)).toMatchObject({ state: 'written_off' });
      expect(view(utility, 'session', sessionId)).toMatchObject({ state: 'written_off' });
    }
    const balances = await balancesOf(VISITED);
    expect(balances['writeoff:expense']).toBe('799');
    expect(balances).not.toHaveProperty(`receivable:delivered:${HOME}`);
    expect(await balancesOf(HOME)).toEqual({});
    await charge();
    expect((await close()).invoice.document).toMatchObject({
      lineCount: 1,
      excluded: [{ sequence: 1, reason: 'written_off' }],
    });
    await expect(correct({ cdrId })).rejects.toMatchObject({ code: 'state_conflict' });
    await expectCleanBooks();
  });
});
