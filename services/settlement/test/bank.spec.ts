import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as contracts from '@roamgrid/contracts';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED } from './charges.js';
import { openConsortium, type Consortium } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';
import { AcceptingBank } from './sandbox-failures.js';

let server: PostgresServer;
let consortium: Consortium;
let bank: AcceptingBank;
let statements: number;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

beforeEach(async () => {
  bank = new AcceptingBank();
  statements = 0;
  const standIns = { paymentOrders: bank };
  consortium = await openConsortium(server, [VISITED, HOME], new MemoryLedger(), standIns);
});
afterEach(() => consortium.stop());

const request = <C extends contracts.Contract>(
  contract: C,
  to: string,
  payload: contracts.RequestInput<C>,
): Promise<contracts.ReplyOf<C>> => consortium.bus.request(contract, to, payload);

/** 7.99 that home owes visited, signed by both and ordered at home's bank. */
async function ordered(): Promise<{ settlementId: string; paymentId: string; endToEndId: string }> {
  await agree(consortium.member(VISITED), consortium.member(HOME));
  const built = await buildCharge(consortium, { visited: VISITED, home: HOME });
  await request(contracts.recordCharge, VISITED, built);
  await consortium.settleDown();
  const { invoiceId } = await request(contracts.closePeriod, VISITED, {
    partner: HOME,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-15T00:00:00Z',
  });
  await consortium.settleDown();
  await request(contracts.acceptInvoice, HOME, { invoiceId, by: 'billing' });
  await consortium.settleDown();
  const { settlementId } = await request(contracts.netWithPartner, HOME, {
    partner: VISITED,
    currency: 'USD',
    dueBy: null,
    by: 'billing',
  });
  await consortium.settleDown();
  return { settlementId, ...(await order(settlementId)) };
}

async function order(settlementId: string): Promise<{ paymentId: string; endToEndId: string }> {
  const view = await request(contracts.paySettlement, HOME, { settlementId, by: 'billing' });
  const payment = view.payments.at(-1);
  if (payment === undefined) throw new Error('no payment was ordered');
  expect([view.state, payment.state]).toEqual(['paying', 'accepted']);
  return { paymentId: payment.paymentId, endToEndId: payment.endToEndId };
}

type Movement = Partial<contracts.StatementEntry>;

/** A statement of a utility's account, balanced unless told otherwise. */
function statementOf(
  movements: readonly Movement[],
  changes: object = {},
): contracts.BankStatement {
  const entries = movements.map((movement, index) => ({
    reference: `B-${String(statements)}-${String(index)}`,
    endToEndId: null,
    direction: 'credit' as const,
    amount: '7.99',
    isReturn: false,
    bookedAt: '2026-11-20T00:00:00Z',
    remittance: null,
    ...movement,
  }));
  const sum = entries.reduce(
    (total, { amount, direction }) =>
      total + BigInt(amount.replace('.', '')) * (direction === 'credit' ? 1n : -1n),
    100_000n,
  );
  statements += 1;
  return {
    statementId: `S-${String(statements)}`,
    account: 'ACC-1',
    currency: 'USD',
    openingBalance: '1000.00',
    closingBalance: `${String(sum / 100n)}.${String(sum % 100n).padStart(2, '0')}`,
    entries,
    ...changes,
  };
}

const read = (
  utility: string,
  statement: contracts.BankStatement,
): Promise<contracts.BankStatementView> =>
  request(contracts.readBankStatement, utility, {
    statement,
    contentHash: createHash('sha256').update(JSON.stringify(statement)).digest('hex'),
    by: 'billing',
  });

const tell = (utility: string, ...movements: Movement[]): Promise<contracts.BankStatementView> =>
  read(utility, statementOf(movements));

const resolve = async (
  utility: string,
  itemId: string,
  kind: (typeof contracts.BANK_RESOLUTIONS)[number],
  paymentId: string | null = null,
): Promise<contracts.BankItem> => {
  const note = 'the bank says so';
  const proposal = { step: 'propose' as const, itemId, kind, paymentId, note, by: 'billing' };
  const proposed = await request(contracts.resolveBankItem, utility, proposal);
  expect(proposed.state).toBe('proposed');
  const approval = { step: 'approve' as const, itemId };
  await expect(
    request(contracts.resolveBankItem, utility, { ...approval, by: 'billing' }),
  ).rejects.toMatchObject({ code: 'four_eyes' });
  return request(contracts.resolveBankItem, utility, { ...approval, by: 'approver' });
};

const viewAt = (utility: string, kind: string, id: string): Record<string, unknown> | undefined =>
  consortium.member(utility).facts.views.get(`${kind}:${id}`);
const stateAt = (utility: string, settlementId: string): unknown =>
  viewAt(utility, 'settlement', settlementId)?.['state'];

async function accountsOf(utility: string): Promise<Record<string, string>> {
  const rows = await consortium.member(utility).database.query<{ account: string; sum: bigint }>(
    `SELECT account, sum(amount_minor)::bigint AS sum FROM journal_line
      WHERE account ~ '^(receivable|payable|settlement|bank|card)'
      GROUP BY account HAVING sum(amount_minor) <> 0`,
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, String(sum)]));
}

async function auditBoth(): Promise<void> {
  for (const utility of [VISITED, HOME]) {
    const { breaches, checked } = await request(contracts.auditBooks, utility, {});
    expect(breaches).toEqual([]);
    expect(checked).toHaveProperty('bankSuspenseExplained');
  }
}

const itemOf = ({ items }: contracts.BankStatementView): contracts.BankItem => {
  const [item] = items;
  if (item === undefined) throw new Error('the statement has no movement');
  return item;
};

describe('with a bank of one’s own', () => {
  it('each side is settled by its own statement, and by nothing else', async () => {
    const { settlementId, paymentId, endToEndId } = await ordered();
    await consortium.settleDown();
    expect([stateAt(HOME, settlementId), stateAt(VISITED, settlementId)]).toEqual([
      'paying',
      'agreed',
    ]);
    const paid = statementOf([{ direction: 'debit', endToEndId }]);
    const shown = await read(HOME, paid);
    expect(shown).toMatchObject({
      matched: 1,
      suspense: 0,
      items: [{ state: 'matched', paymentId }],
    });
    expect(await read(HOME, paid)).toEqual(shown);
    await consortium.settleDown();
    expect([stateAt(HOME, settlementId), stateAt(VISITED, settlementId)]).toEqual([
      'settled',
      'paying',
    ]);
    expect(await accountsOf(HOME)).toEqual({ bank: '-799' });
    expect(await accountsOf(VISITED)).toEqual({ [`settlement:clearing:${HOME}`]: '799' });
    await auditBoth();
    expect(await tell(VISITED, { endToEndId })).toMatchObject({ matched: 1 });
    await consortium.settleDown();
    expect(stateAt(VISITED, settlementId)).toBe('settled');
    expect(await accountsOf(VISITED)).toEqual({ bank: '799' });
    await auditBoth();
  });

  it('a credit that came before the advice is matched by it', async () => {
    const { settlementId, endToEndId } = await ordered();
    const early = await tell(VISITED, { endToEndId: endToEndId.toUpperCase() });
    expect(itemOf(early)).toMatchObject({ state: 'suspense', reason: 'reference_unknown' });
    expect(await accountsOf(VISITED)).toMatchObject({ bank: '799', 'bank:suspense': '-799' });
    await tell(HOME, { direction: 'debit', endToEndId });
    await consortium.settleDown();
    expect(stateAt(VISITED, settlementId)).toBe('settled');
    expect(await accountsOf(VISITED)).toEqual({ bank: '799' });
    await auditBoth();
  });

  it('one cent less waits for two people, who leave the cent to the bank', async () => {
    const { settlementId, paymentId, endToEndId } = await ordered();
    await tell(HOME, { direction: 'debit', endToEndId });
    await consortium.settleDown();
    const item = itemOf(await tell(VISITED, { endToEndId, amount: '7.98' }));
    expect(item).toMatchObject({ state: 'suspense', reason: 'amount_differs', paymentId });
    expect(stateAt(VISITED, settlementId)).toBe('paying');
    await auditBoth();
    const resolved = await resolve(VISITED, item.itemId, 'settles', paymentId);
    expect(resolved).toMatchObject({ state: 'resolved', resolution: { approvedBy: 'approver' } });
    await consortium.settleDown();
    expect(stateAt(VISITED, settlementId)).toBe('settled');
    expect(await accountsOf(VISITED)).toEqual({ bank: '798', 'bank:fees': '1' });
    await auditBoth();
  });

  it('what is paid twice, by nobody known, or in fees is said by two people', async () => {
    const { endToEndId } = await ordered();
    const told = await tell(
      HOME,
      { direction: 'debit', endToEndId },
      { direction: 'debit', endToEndId },
      { direction: 'debit', amount: '3.00' },
      { amount: '50.00', endToEndId: 'NOT-OURS' },
    );
    const [, twice, fee, stray] = told.items;
    expect(told.items.map(({ reason }) => reason)).toEqual([
      null,
      'paid_twice',
      'reference_unknown',
      'reference_unknown',
    ]);
    await auditBoth();
    await resolve(HOME, twice?.itemId ?? '', 'sendBack');
    await resolve(HOME, fee?.itemId ?? '', 'fee');
    await resolve(HOME, stray?.itemId ?? '', 'sendBack');
    expect(await accountsOf(HOME)).toEqual({
      bank: '3102',
      'bank:fees': '300',
      'bank:send-back': '-4201',
    });
    const open = { state: 'suspense' as const, after: null, limit: 50 };
    expect((await request(contracts.listBankItems, HOME, open)).items).toEqual([]);
    await auditBoth();
  });

  it('a payment that the banks take back is owed again, and ordered anew', async () => {
    const { settlementId, paymentId, endToEndId } = await ordered();
    await tell(HOME, { direction: 'debit', endToEndId });
    await consortium.settleDown();
    await tell(VISITED, { endToEndId });
    await consortium.settleDown();
    const back = itemOf(await tell(HOME, { endToEndId, isReturn: true }));
    const gone = itemOf(await tell(VISITED, { endToEndId, direction: 'debit' }));
    for (const item of [back, gone]) expect(item.reason).toBe('payment_returned');
    await resolve(HOME, back.itemId, 'returned', paymentId);
    await resolve(VISITED, gone.itemId, 'returned', paymentId);
    await consortium.settleDown();
    for (const utility of [HOME, VISITED]) expect(stateAt(utility, settlementId)).toBe('agreed');
    expect(await accountsOf(HOME)).toEqual({ [`settlement:clearing:${VISITED}`]: '-799' });
    expect((await request(contracts.readBalances, HOME, {})).items).toMatchObject([
      { owing: '7.99' },
    ]);
    await auditBoth();
    const again = await order(settlementId);
    expect(again.paymentId).not.toBe(paymentId);
    await tell(HOME, { direction: 'debit', endToEndId: again.endToEndId });
    await consortium.settleDown();
    await tell(VISITED, { endToEndId: again.endToEndId });
    await consortium.settleDown();
    for (const utility of [HOME, VISITED]) expect(stateAt(utility, settlementId)).toBe('settled');
    expect(await accountsOf(HOME)).toEqual({ bank: '-799' });
    expect((await request(contracts.readBalances, HOME, {})).items).toEqual([]);
    await auditBoth();
  });

  it('a statement shows what the bank never answered', async () => {
    bank.failure = 'answerLost';
    const { settlementId } = await ordered().catch(() => ({ settlementId: '' }));
    expect(settlementId).toBe('');
    const [payment] = await consortium
      .member(HOME)
      .database.query<{ payment_id: string; state: string }>('SELECT * FROM payment');
    expect(payment?.state).toBe('unknown');
    const endToEndId = payment?.payment_id.replaceAll('-', '') ?? '';
    expect(await tell(HOME, { direction: 'debit', endToEndId })).toMatchObject({ matched: 1 });
    await auditBoth();
  });

  it('a resolution that cannot be is refused', async () => {
    const { paymentId, endToEndId } = await ordered();
    const told = await tell(
      HOME,
      { direction: 'debit', endToEndId },
      { amount: '1.00' },
      { direction: 'debit', amount: '2.00' },
    );
    const [matched, credit, debit] = told.items.map(({ itemId }) => itemId);
    const refused: [string, string, string | null, string][] = [
      [matched ?? '', 'fee', null, 'state_conflict'],
      [credit ?? '', 'settles', paymentId, 'state_conflict'],
      [debit ?? '', 'settles', paymentId, 'state_conflict'],
      [credit ?? '', 'returned', paymentId, 'state_conflict'],
      [credit ?? '', 'settles', null, 'unprocessable'],
      [credit ?? '', 'fee', paymentId, 'unprocessable'],
      ['00000000-0000-7000-8000-000000000000', 'fee', null, 'not_found'],
    ];
    for (const [itemId, kind, payment, code] of refused) {
      const proposal = {
        step: 'propose' as const,
        itemId,
        kind: kind as 'fee',
        paymentId: payment,
        note: 'x',
        by: 'billing',
      };
      await expect(request(contracts.resolveBankItem, HOME, proposal)).rejects.toMatchObject({
        code,
      });
    }
    await auditBoth();
  });

  it.each([
    ['one cent off', { closingBalance: '1007.98' }, 'statement_unbalanced'],
    ['an amount with too many digits', { openingBalance: '1000.001' }, 'malformed_decimal'],
    ['a movement of nothing', { entries: [{ amount: '0.00' }] }, 'unprocessable'],
    ['a movement below zero', { entries: [{ amount: '-7.99' }] }, 'unprocessable'],
  ])('a statement is refused whole: %s', async (_, changes, code) => {
    const base = statementOf([{}]);
    const entries = (changes as { entries?: object[] }).entries?.map((entry) => ({
      ...base.entries[0],
      ...entry,
    }));
    const bad = { ...base, ...changes, ...(entries === undefined ? {} : { entries }) };
    await expect(read(HOME, bad as contracts.BankStatement)).rejects.toMatchObject({ code });
    const all = { state: null, after: null, limit: 50 };
    expect((await request(contracts.listBankItems, HOME, all)).items).toEqual([]);
    expect(await accountsOf(HOME)).toEqual({});
  });

  it('another statement under the same id is refused', async () => {
    const first = statementOf([{}]);
    await read(HOME, first);
    const other = { ...statementOf([{ amount: '8.00' }]), statementId: first.statementId };
    await expect(read(HOME, other)).rejects.toMatchObject({ code: 'statement_conflict' });
  });

  it('two readers of one statement at once take it in once', async () => {
    const { endToEndId } = await ordered();
    const statement = statementOf([{ direction: 'debit', endToEndId }]);
    const [first, second] = await Promise.all([read(HOME, statement), read(HOME, statement)]);
    expect(first).toEqual(second);
    expect(await accountsOf(HOME)).toEqual({ bank: '-799' });
  });
});
