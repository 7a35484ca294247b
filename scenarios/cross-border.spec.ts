import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

const CANADIAN = '12400001011000000782';

/** Amounts as integer cents, so that the test computes without floats. */
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
/** cents × rate with four decimals, half up */
const converted = (amount: string, rate: string): bigint => {
  const [whole = '0', part = ''] = rate.split('.');
  const scaled = BigInt(whole + part.padEnd(4, '0').slice(0, 4));
  return (cents(amount) * scaled + 5_000n) / 10_000n;
};

/**
 * A driver charges abroad, sees the price of the place and what it is at home, and gets one bill in the home
 * currency: converted once, with rate, source and instant; the taxes are those of the place.
 */
describe('money that crosses a border', () => {
  let gateway: Gateway;
  const sessions = new Map<string, string>();

  beforeAll(async () => {
    gateway = await Gateway.start();
    const visits: [string, string, string][] = [
      ['canadian in Charlotte', CANADIAN, 'DUKE-CLT-001'],
      ['at home', GOLD, 'ALA-BHM-001'],
      ['in Charlotte', GOLD, 'DUKE-RDU-002'],
      ['in Atlanta', GOLD, 'GEO-ATL-001'],
      ['in Toronto', GOLD, 'NOR-TOR-001'],
    ];
    for (const [name, cin, stationId] of visits) {
      const { sessionId, swipe } = await charge(gateway, {
        cin,
        stationId,
        energyWh: 7_000,
        endedMinutesAgo: 120,
      });
      expect([name, at(swipe.body, 'decision')]).toEqual([name, 'quoted']);
      sessions.set(name, sessionId);
      const isAbroad = name === 'in Toronto' || name === 'canadian in Charlotte';
      expect([name, at(swipe.body, 'quote.estimateHome') !== undefined]).toEqual([name, isAbroad]);
    }
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const retailOf = async (home: string, name: string): Promise<unknown> => {
    const sessionId = sessions.get(name) ?? '';
    let cdr: unknown;
    await gateway.until(async () => {
      const session = await gateway.api(home, 'GET', `/sessions/${sessionId}`);
      if (at(session.body, 'state') !== 'rated') return false;
      cdr = (await gateway.api(home, 'GET', `/cdrs/${text(session.body, 'cdrId')}`)).body;
      return at(cdr, 'retail') !== undefined;
    }, `${name} is rated at home`);
    return at(cdr, 'retail');
  };
  const billOf = async (home: string, name: string): Promise<unknown> => {
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const made = await gateway.api(home, 'POST', '/bills', { from, to: new Date().toISOString() });
    expect(made.status).toBe(201);
    const sessionId = sessions.get(name);
    return list(made.body, 'items').find((bill) =>
      list(bill, 'document.lines').some((line) => at(line, 'sessionId') === sessionId),
    );
  };
  const lineOf = (bill: unknown, name: string): unknown =>
    list(bill, 'document.lines').find((line) => at(line, 'sessionId') === sessions.get(name));

  it('bills a Canadian in Canadian dollars for what Duke Energy charged in US dollars', async () => {
    const retail = await retailOf('northern-hydro', 'canadian in Charlotte');
    expect(at(retail, 'currency')).toBe('USD');
    expect(list(retail, 'taxes').map((tax) => at(tax, 'name'))).toEqual([
      'North Carolina sales tax',
    ]);
    const bill = await billOf('northern-hydro', 'canadian in Charlotte');
    expect(at(bill, 'document.currency')).toBe('CAD');
    const line = lineOf(bill, 'canadian in Charlotte');
    expect(at(line, 'conversion')).toMatchObject({ rate: '1.3700', source: 'demonstration rate' });
    expect(Date.parse(text(line, 'conversion.at'))).toBeLessThan(Date.now());
    const visited = text(line, 'visitedTotalInclTax');
    expect(cents(text(line, 'totalInclTax'))).toBe(converted(visited, '1.3700'));
    expect(visited).toBe(at(retail, 'totalInclTax'));
  });

  it('puts home, two neighbours and Toronto on one bill in US dollars', async () => {
    for (const name of ['at home', 'in Charlotte', 'in Atlanta', 'in Toronto']) {
      await retailOf('alabama-power', name);
    }
    const toronto = await retailOf('alabama-power', 'in Toronto');
    expect(at(toronto, 'currency')).toBe('CAD');
    expect(list(toronto, 'taxes').map((tax) => at(tax, 'name'))).toEqual(['Ontario HST']);
    const bill = await billOf('alabama-power', 'in Toronto');
    expect(at(bill, 'document.currency')).toBe('USD');
    const lines = list(bill, 'document.lines');
    expect(lines.map((line) => at(line, 'visitedUtility')).sort()).toEqual([
      'alabama-power',
      'duke-energy',
      'georgia-power',
      'northern-hydro',
    ]);
    for (const name of ['at home', 'in Charlotte', 'in Atlanta']) {
      expect(at(lineOf(bill, name), 'conversion')).toBeNull();
    }
    const line = lineOf(bill, 'in Toronto');
    expect(at(line, 'conversion')).toMatchObject({ rate: '0.7300', source: 'demonstration rate' });
    expect(cents(text(line, 'totalInclTax'))).toBe(
      converted(text(line, 'visitedTotalInclTax'), '0.7300'),
    );
    const sum = lines.reduce<bigint>((total, one) => total + cents(text(one, 'totalInclTax')), 0n);
    expect(cents(text(bill, 'document.totalInclTax'))).toBe(sum);
  });

  it('takes the spread off what Toronto is paid, once both have agreed that it bears it', async () => {
    const path = '/agreements/alabama-power--northern-hydro';
    const { body: before } = await gateway.api('northern-hydro', 'GET', path);
    const document = at(before, 'document') as Record<string, unknown>;
    const { type, schemaVersion, agreementId, version, ...rest } = document;
    expect([type, schemaVersion, typeof agreementId, version]).toEqual([
      'agreement',
      1,
      'string',
      1,
    ]);
    const fx = { ...(at(before, 'document.terms.0.fx') as object), spreadPercentage: '2.5' };
    const terms = list(document, 'terms').map((one) => ({
      ...(one as object),
      fx: { ...fx, spreadBorneBy: 'visited' },
    }));
    const amendment = { ...rest, notBefore: new Date().toISOString(), terms };
    const as = { as: 'approver' } as const;
    const proposed = await gateway.api('northern-hydro', 'POST', `${path}/amend`, amendment, as);
    expect(proposed.status).toBe(201);
    const signed = await gateway.api('alabama-power', 'POST', `${path}/sign`, undefined, as);
    expect(signed.status).toBe(200);
    const hash = at(signed.body, 'documentHash');
    await gateway.until(async () => {
      const held = await gateway.api('northern-hydro', 'GET', path);
      return at(held.body, 'documentHash') === hash && at(held.body, 'state') === 'active';
    }, 'Toronto has both signatures');
    const { sessionId } = await charge(gateway, {
      cin: '84000195011000045645',
      stationId: 'NOR-TOR-001',
      energyWh: 7_000,
      startWh: 20_000,
    });
    sessions.set('with the spread', sessionId);
    await retailOf('alabama-power', 'with the spread');
    const session = await gateway.api('alabama-power', 'GET', `/sessions/${sessionId}`);
    const cdrPath = `/cdrs/${text(session.body, 'cdrId')}`;
    const cdr = (await gateway.api('alabama-power', 'GET', cdrPath)).body;
    expect(at(cdr, 'state')).toBe('accepted');
    expect(at(cdr, 'document.agreementHash')).toBe(hash);
    const of = (name: string): bigint => cents(text(cdr, `document.settlement.${name}`));
    const exchanged =
      cents(text(cdr, 'document.totalInclTax')) - of('commission') - of('commissionTax');
    // 2.5 %, half up
    expect(of('fxSpread')).toBe((exchanged * 25n + 500n) / 1_000n);
    expect(of('payable')).toBe(exchanged - of('fxSpread'));
    const closed = await gateway.api('northern-hydro', 'POST', '/billing-periods', {
      partner: 'alabama-power',
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    });
    expect(closed.status).toBe(201);
    // one spread in this period: the other charge was under the old version
    expect(at(closed.body, 'document.fxSpread')).toBe(at(cdr, 'document.settlement.fxSpread'));
    await gateway.until(async () => {
      const invoicePath = `/invoices/${text(closed.body, 'invoiceId')}`;
      const received = await gateway.api('alabama-power', 'GET', invoicePath);
      return list(received.body, 'availableActions').includes('accept');
    }, 'home has the invoice as its own books have it');
  });

  it('leaves books that sum to zero in each currency', async () => {
    for (const utility of ['alabama-power', 'northern-hydro']) {
      const audit = await gateway.api(utility, 'POST', '/audit', {});
      await gateway.until(async () => {
        const done = await gateway.api(utility, 'GET', `/audit/${text(audit.body, 'auditId')}`);
        return at(done.body, 'state') === 'done' && list(done.body, 'breaches').length === 0;
      }, `the books of ${utility} have no breach`);
    }
  });
});
