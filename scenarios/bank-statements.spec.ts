import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const CARD = '84000195011000093078';

interface Order {
  readonly endToEndId: string;
  readonly payee: string;
  readonly currency: string;
  readonly amount: string;
}

/** A bank as utilities have one: it takes orders, and what became of them its statements say. */
class Bank {
  readonly orders: Order[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.method === 'POST') this.orders.push(JSON.parse(body) as Order);
        response.end(JSON.stringify({ outcome: 'accepted', reference: 'ORDER-1' }));
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}/{utility}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

interface Movement {
  readonly amount: string;
  readonly direction: 'CRDT' | 'DBIT';
  readonly endToEndId: string;
}

const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
const amountOf = (minor: bigint): string =>
  `${String(minor / 100n)}.${String(minor % 100n).padStart(2, '0')}`;

/** ISO 20022 camt.053, as a bank would send it. */
function camt(id: string, movements: readonly Movement[], offBy = 0n): string {
  const opening = 1_000_000n;
  const closing = movements.reduce(
    (sum, { amount, direction }) =>
      direction === 'CRDT' ? sum + cents(amount) : sum - cents(amount),
    opening + offBy,
  );
  const balance = (code: string, minor: bigint): string =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">${amountOf(minor)}</Amt>` +
    '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>';
  const entries = movements.map(
    ({ amount, direction, endToEndId }, index) =>
      `<Ntry><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>` +
      '<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>' +
      `<NtryDtls><TxDtls><Refs><AcctSvcrRef>${id}-${String(index)}</AcctSvcrRef>` +
      `<EndToEndId>${endToEndId}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>' +
    `<GrpHdr><MsgId>${id}</MsgId></GrpHdr><Stmt><Id>${id}</Id>` +
    '<Acct><Id><Othr><Id>ACC-1</Id></Othr></Id></Acct>' +
    `${balance('OPBD', opening)}${balance('CLBD', closing)}${entries.join('')}` +
    '</Stmt></BkToCstmrStmt></Document>'
  );
}

/** What utilities owe each other is paid when their banks' statements show it, and not before. */
describe('bank statements', () => {
  const bank = new Bank();
  let gateway: Gateway;
  let settlementId: string;
  let order: Order;

  beforeAll(async () => {
    process.env['BANK_URL'] = await bank.listen();
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    delete process.env['BANK_URL'];
    await gateway.dispose();
    await bank.close();
  });

  const tell = (utility: string, xml: string): Promise<Answer> =>
    gateway.sendTable(utility, '/bank-statements', xml, 'application/xml');
  const settlementAt = async (utility: string): Promise<unknown> =>
    (await gateway.api(utility, 'GET', `/settlements/${settlementId}`)).body;
  const becomes = (utility: string, state: string): Promise<void> =>
    gateway.until(
      async () => at(await settlementAt(utility), 'state') === state,
      `${utility} has the settlement ${state}`,
    );

  async function breaches(utility: string): Promise<unknown> {
    const { body } = await gateway.api(utility, 'POST', '/audit');
    const path = `/audit/${text(body, 'auditId')}`;
    await gateway.until(
      async () => at((await gateway.api(utility, 'GET', path)).body, 'state') === 'done',
      'the audit is done',
    );
    return at((await gateway.api(utility, 'GET', path)).body, 'breaches');
  }

  it('settle nothing on an order alone', async () => {
    const { sessionId } = await charge(gateway);
    await gateway.until(async () => {
      const session = await gateway.api(ALABAMA, 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home has the charge');
    const period = {
      partner: ALABAMA,
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    };
    const closed = await gateway.api(DUKE, 'POST', '/billing-periods', period);
    const invoiceId = text(closed.body, 'invoiceId');
    await gateway.until(async () => {
      const received = await gateway.api(ALABAMA, 'GET', `/invoices/${invoiceId}`);
      return list(received.body, 'availableActions').includes('accept');
    }, 'home can accept the invoice');
    await gateway.api(ALABAMA, 'POST', `/invoices/${invoiceId}/accept`);
    const wish = { partner: DUKE, currency: 'USD' };
    const netted = await gateway.api(ALABAMA, 'POST', '/settlements', wish);
    settlementId = text(netted.body, 'settlementId');
    const paid = await gateway.api(ALABAMA, 'POST', `/settlements/${settlementId}/payments`);
    expect([paid.status, at(paid.body, 'state')]).toEqual([201, 'paying']);
    expect(at(paid.body, 'payments.0')).toMatchObject({ state: 'accepted', through: 'http-bank' });
    expect(bank.orders).toHaveLength(1);
    const [ordered] = bank.orders;
    if (ordered === undefined) throw new Error('the bank has no order');
    order = ordered;
    expect(order).toMatchObject({
      payee: DUKE,
      currency: 'USD',
      endToEndId: at(paid.body, 'payments.0.endToEndId'),
    });
  });

  it('are refused whole where they do not add up, or declare entities', async () => {
    const { endToEndId, amount } = order;
    const paid = [{ endToEndId, amount, direction: 'DBIT' as const }];
    const off = await tell(ALABAMA, camt('S-0', paid, 1n));
    expect([off.status, at(off.body, 'code')]).toEqual([422, 'statement_unbalanced']);
    const laughs = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>';
    const bomb = await tell(ALABAMA, camt('S-0', paid).replace('<Document', `${laughs}<Document`));
    expect([bomb.status, at(bomb.body, 'code')]).toEqual([400, 'malformed_request']);
    const odd = await gateway.sendTable(ALABAMA, '/bank-statements', '{}', 'application/json');
    expect(odd.status).toBe(415);
    expect(at(await settlementAt(ALABAMA), 'state')).toBe('paying');
  });

  it('settle the payer’s side when its own bank shows the debit, once', async () => {
    const { endToEndId, amount } = order;
    const statement = camt('S-1', [{ endToEndId, amount, direction: 'DBIT' }]);
    const first = await tell(ALABAMA, statement);
    expect(first.body).toMatchObject({ statementId: 'S-1', matched: 1, suspense: 0 });
    expect((await tell(ALABAMA, statement)).body).toEqual(first.body);
    const other = await tell(ALABAMA, camt('S-1', []));
    expect([other.status, at(other.body, 'code')]).toEqual([409, 'statement_conflict']);
    await becomes(ALABAMA, 'settled');
    await becomes(DUKE, 'paying');
  });

  it('leave a cent too little in suspense until two people have said what it is', async () => {
    const { endToEndId, amount } = order;
    const less = amountOf(cents(amount) - 1n);
    const told = await tell(DUKE, camt('S-1', [{ endToEndId, amount: less, direction: 'CRDT' }]));
    expect(told.body).toMatchObject({ matched: 0, suspense: 1 });
    const { body } = await gateway.api(DUKE, 'GET', '/bank-items?state=suspense');
    const item = list(body, 'items')[0];
    expect(item).toMatchObject({ reason: 'amount_differs', amount: less });
    expect(at(await settlementAt(DUKE), 'state')).toBe('paying');
    expect(await breaches(DUKE)).toEqual([]);
    const path = `/bank-items/${text(item, 'itemId')}/resolve`;
    const said = {
      kind: 'settles',
      paymentId: at(item, 'paymentId'),
      note: 'the bank kept a cent',
    };
    const proposed = await gateway.api(DUKE, 'POST', path, said);
    expect([proposed.status, at(proposed.body, 'state')]).toEqual([201, 'proposed']);
    const alone = await gateway.api(DUKE, 'POST', `${path}/approve`);
    expect([alone.status, at(alone.body, 'code')]).toEqual([403, 'four_eyes']);
    const both = await gateway.api(DUKE, 'POST', `${path}/approve`, undefined, { as: 'approver' });
    expect(at(both.body, 'state')).toBe('resolved');
    await becomes(DUKE, 'settled');
    for (const utility of [DUKE, ALABAMA]) expect(await breaches(utility)).toEqual([]);
  });

  it('read CSV as well, and show what nobody knows', async () => {
    const csv =
      'statementId,account,currency,openingBalance,closingBalance,reference,endToEndId,direction,amount,isReturn,bookedAt,remittance\r\n' +
      'S-2,ACC-1,USD,10.00,60.00,B-9,STRAY,credit,50.00,,2026-11-20T00:00:00Z,"for the garden, thanks"\r\n';
    const told = await gateway.sendTable(DUKE, '/bank-statements', csv);
    expect(told.body).toMatchObject({
      items: [{ reason: 'reference_unknown', endToEndId: 'STRAY' }],
    });
    const foreign = await gateway.api(ALABAMA, 'GET', '/bank-items?state=suspense');
    expect(foreign.body).toMatchObject({ items: [] });
    expect(await breaches(DUKE)).toEqual([]);
  });

  it('show what the payment provider has paid out, less its fees', async () => {
    const { sessionId } = await charge(gateway, { cin: CARD, connectorId: 2, energyWh: 10_000 });
    let captured: unknown;
    await gateway.until(async () => {
      await gateway.api(ALABAMA, 'POST', '/bills', {
        from: new Date(Date.now() - 86_400_000).toISOString(),
        to: new Date().toISOString(),
      });
      const { body } = await gateway.api(ALABAMA, 'GET', '/bills?limit=500');
      const bill = list(body, 'items').find((one) =>
        list(one, 'document.lines').some((line) => at(line, 'sessionId') === sessionId),
      );
      captured = list(bill, 'payments').find((one) => at(one, 'operation') === 'capture');
      return at(captured, 'state') === 'done';
    }, 'the card has paid');
    const gross = text(captured, 'amount');
    const net = amountOf(cents(gross) - 30n);
    const payout = {
      payoutId: 'PO-1',
      provider: 'sandbox-card',
      currency: 'USD',
      gross: amountOf(cents(gross) + 500n),
      fees: '0.30',
      net: amountOf(cents(net) + 500n),
      paidAt: '2026-11-20T00:00:00Z',
      lines: [
        { order: text(captured, 'reference'), amount: gross, fee: '0.30' },
        { order: 'NOBODYS', amount: '5.00', fee: '0.00' },
      ],
    };
    const wrong = await gateway.api(ALABAMA, 'POST', '/card-payouts', { ...payout, fees: '0.29' });
    expect([wrong.status, at(wrong.body, 'code')]).toEqual([422, 'statement_unbalanced']);
    const told = await gateway.api(ALABAMA, 'POST', '/card-payouts', payout);
    expect(told.body).toMatchObject({
      matched: 1,
      state: 'announced',
      items: [{ reason: 'order_unknown', reference: 'NOBODYS', amount: '5.00' }],
    });
    const credit = { endToEndId: 'PO-1', amount: payout.net, direction: 'CRDT' as const };
    expect((await tell(ALABAMA, camt('S-3', [credit]))).body).toMatchObject({ matched: 1 });
    const again = await gateway.api(ALABAMA, 'POST', '/card-payouts', payout);
    expect(again.body).toMatchObject({ state: 'paid', matched: 1 });
    expect(await breaches(ALABAMA)).toEqual([]);
  });
});
