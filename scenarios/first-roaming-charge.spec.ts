import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge, type Charged } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

/**
 * An Alabama Power driver charges at a Duke Energy station: one price before, one bill from home, one
 * invoice between the utilities that both re-compute, one receipt of the ledger.
 */
describe('the first roaming charge', () => {
  let gateway: Gateway;
  let charged: Charged;
  let invoiceId: string;

  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
    charged = await charge(gateway);
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  it('quotes the Gold price before anything starts', () => {
    expect(charged.swipe.status).toBe(201);
    expect(charged.swipe.body).toMatchObject({
      decision: 'quoted',
      authorizedBy: 'home',
      homeUtility: 'alabama-power',
      visitedUtility: 'duke-energy',
      quote: {
        currency: 'USD',
        pricePerKwh: '0.2755',
        tier: 'Gold',
        tierDiscountPercent: '5',
        estimate: { energyKwh: '20.000', totalExclTax: '5.51', tax: '0.39', totalInclTax: '5.90' },
      },
    });
  });

  it('bills the driver to the cent at the stop', () => {
    expect(charged.stop.status).toBe(200);
    expect(charged.stop.body).toMatchObject({
      state: 'ended',
      message: 'Battery 80% charged. Thank you for using Duke Energy.',
      bill: { currency: 'USD', totalExclTax: '5.51', tax: '0.39', totalInclTax: '5.90' },
    });
  });

  it('shows the session to both utilities, with the negotiated tariff', async () => {
    await gateway.until(async () => {
      const session = await gateway.api('duke-energy', 'GET', `/sessions/${charged.sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'the session is rated');
    const visited = await gateway.api('duke-energy', 'GET', `/sessions/${charged.sessionId}`);
    expect(visited.body).toMatchObject({
      state: 'rated',
      homeUtility: 'alabama-power',
      visitedUtility: 'duke-energy',
      cinMasked: '8400019501••••••••74',
      meter: { startWh: '1000', stopWh: '21000' },
      consent: { channel: 'station' },
    });
    expect(at(visited.body, 'homeCalls')).toBeGreaterThan(0);
    const negotiation = await gateway.api(
      'duke-energy',
      'GET',
      `/negotiations/${text(visited.body, 'negotiationId')}`,
    );
    expect(at(negotiation.body, 'outcome')).toBe('agreed');
    await gateway.until(async () => {
      const home = await gateway.api('alabama-power', 'GET', `/sessions/${charged.sessionId}`);
      return at(home.body, 'state') === 'rated';
    }, 'home sees the session rated');
  });

  it('re-rates the CDR at home and accepts it', async () => {
    const session = await gateway.api('duke-energy', 'GET', `/sessions/${charged.sessionId}`);
    const cdrId = text(session.body, 'cdrId');
    await gateway.until(async () => {
      const home = await gateway.api('alabama-power', 'GET', `/cdrs/${cdrId}`);
      return at(home.body, 'state') === 'accepted';
    }, 'home accepts the CDR');
    const [visited, home] = await Promise.all([
      gateway.api('duke-energy', 'GET', `/cdrs/${cdrId}`),
      gateway.api('alabama-power', 'GET', `/cdrs/${cdrId}`),
    ]);
    expect(at(home.body, 'documentHash')).toBe(at(visited.body, 'documentHash'));
    expect(at(home.body, 'document')).toEqual(at(visited.body, 'document'));
    expect(at(home.body, 'retail')).toMatchObject({ totalInclTax: '5.90' });
    expect(at(visited.body, 'retail')).toBeUndefined();
  });

  it('invoices home, which accepts; the ledger holds the same hash', async () => {
    const to = new Date().toISOString();
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const closed = await gateway.api('duke-energy', 'POST', '/billing-periods', {
      partner: 'alabama-power',
      from,
      to,
    });
    expect(closed.status).toBe(201);
    expect(at(closed.body, 'document.lineCount')).toBe(1);
    invoiceId = text(closed.body, 'document.invoiceId');
    const again = await gateway.api('duke-energy', 'POST', '/billing-periods', {
      partner: 'alabama-power',
      from,
      to,
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'nothing_to_invoice' } });
    await gateway.until(async () => {
      const received = await gateway.api('alabama-power', 'GET', `/invoices/${invoiceId}`);
      return received.status === 200;
    }, 'home has the invoice');
    const accepted = await gateway.api(
      'alabama-power',
      'POST',
      `/invoices/${invoiceId}/accept`,
      {},
    );
    expect(accepted.status).toBe(200);
    expect(at(accepted.body, 'state')).toBe('accepted');
    await gateway.until(async () => {
      const issued = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}`);
      return (
        at(issued.body, 'state') === 'accepted' && at(issued.body, 'ledger.state') === 'posted'
      );
    }, 'the invoice is accepted and posted');
    const issued = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}`);
    const record = await gateway.api(
      'duke-energy',
      'GET',
      `/ledger/${text(issued.body, 'ledger.businessKey')}`,
    );
    expect(at(record.body, 'documentHash')).toBe(at(closed.body, 'documentHash'));
  });

  it('owes what was accepted', async () => {
    const invoice = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}`);
    const balances = await gateway.api('duke-energy', 'GET', '/balances');
    expect(at(balances.body, 'items')).toContainEqual({
      partner: 'alabama-power',
      currency: 'USD',
      owed: at(invoice.body, 'document.payable'),
      owing: '0.00',
      net: at(invoice.body, 'document.payable'),
    });
  });

  it('sends the driver one bill from home', async () => {
    const period = {
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
    };
    const made = await gateway.api('alabama-power', 'POST', '/bills', period);
    expect(made.status).toBe(201);
    const bill = at(made.body, 'items.0.document');
    expect(bill).toMatchObject({ currency: 'USD', totalInclTax: '5.90', amountDue: '5.90' });
    expect(at(bill, 'lines.0')).toMatchObject({ sessionId: charged.sessionId, conversion: null });
    const again = await gateway.api('alabama-power', 'POST', '/bills', period);
    expect(at(again.body, 'items')).toEqual([]);
  });

  it('tells every step of the way', async () => {
    const trace = await gateway.api('duke-energy', 'GET', `/sessions/${charged.sessionId}/trace`);
    const steps = new Set(list(trace.body, 'items').map((item) => text(item, 'step')));
    for (const step of [
      'swipe',
      'identify',
      'authenticate',
      'authorize',
      'negotiate',
      'quote',
      'consent',
      'start',
      'meter',
      'stop',
      'rate',
      'cdr',
      'invoice',
      'ledger',
    ]) {
      expect([step, steps.has(step)]).toEqual([step, true]);
    }
  });

  it('asks nobody on the second visit', async () => {
    const second = await charge(gateway, {
      startWh: 30_000,
      energyWh: 1_000,
      minutes: 6,
      connectorId: 2,
    });
    expect(at(second.swipe.body, 'authorizedBy')).toBe('visitingProfile');
    const session = await gateway.api('duke-energy', 'GET', `/sessions/${second.sessionId}`);
    expect(at(session.body, 'homeCalls')).toBe(0);
  });

  it('finds no breach in the books', async () => {
    for (const utility of ['duke-energy', 'alabama-power']) {
      const started = await gateway.api(utility, 'POST', '/audit', {});
      expect(started.status).toBe(202);
      const { auditId } = started.body as { auditId: string };
      await gateway.until(async () => {
        const audit = await gateway.api(utility, 'GET', `/audit/${auditId}`);
        return at(audit.body, 'state') === 'done';
      }, 'the audit is done');
      const audit = await gateway.api(utility, 'GET', `/audit/${auditId}`);
      expect(at(audit.body, 'breaches')).toEqual([]);
    }
  });

  it('keeps everything over a restart', async () => {
    const before = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}`);
    expect(await gateway.end('SIGTERM')).toBe(0);
    await gateway.boot();
    const after = await gateway.api('duke-energy', 'GET', `/invoices/${invoiceId}`);
    expect(at(after.body, 'documentHash')).toBe(at(before.body, 'documentHash'));
  });
});
