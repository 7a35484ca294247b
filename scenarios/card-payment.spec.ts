import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const ALABAMA = 'alabama-power';
const CARD = '84000195011000093078';
const DEBIT = '84000195011000094048';
const DECLINED = '84000195011000095018';
const SILENT = '84000195011000096085';
const CAPTURE_LOST = '84000195011000097055';
const LATE_DEBIT = '84000195011000098025';
const POOR_DEBIT = '84000195011000099092';

/** A driver who pays by card or debit: taken once, whatever the provider answers, and shown on the bill. */
describe('card and debit payment', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const swipe = (cin: string): Promise<Answer> =>
    gateway.station('DUKE-CLT-001', 'POST', '/swipes', { connectorId: 2, cin, medium: 'rfid' });

  /** Charges, and waits until home has it: its total as the station showed it. */
  async function charged(
    cin: string,
    stationId: string,
    connectorId = 1,
  ): Promise<{ id: string; total: string }> {
    const wish = { cin, stationId, connectorId, energyWh: 10_000 };
    const { sessionId, stop } = await charge(gateway, wish);
    await gateway.until(async () => {
      const session = await gateway.api(ALABAMA, 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home has the charge');
    return { id: sessionId, total: text(stop.body, 'bill.totalInclTax') };
  }

  const issueBills = (): Promise<Answer> =>
    gateway.api(ALABAMA, 'POST', '/bills', {
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    });

  /** The bill with this session, once nothing is unknown of its payment any more. */
  async function billOf(sessionId: string): Promise<unknown> {
    const find = async (): Promise<unknown> => {
      await issueBills();
      const { body } = await gateway.api(ALABAMA, 'GET', '/bills?limit=500');
      return list(body, 'items').find((bill) =>
        list(bill, 'document.lines').some((line) => at(line, 'sessionId') === sessionId),
      );
    };
    await gateway.until(async () => (await find()) !== undefined, 'the session is billed');
    return find();
  }

  const add = (cin: string, paymentMode: string, paymentMethod?: string): Promise<Answer> =>
    gateway.api(ALABAMA, 'POST', '/consumers', {
      cin,
      customerClass: 'residential',
      planId: 'residential-roaming',
      paymentMode,
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
      limitAmount: '400.00',
    });

  async function breaches(): Promise<unknown> {
    const { body } = await gateway.api(ALABAMA, 'POST', '/audit');
    const path = `/audit/${text(body, 'auditId')}`;
    await gateway.until(
      async () => at((await gateway.api(ALABAMA, 'GET', path)).body, 'state') === 'done',
      'the audit is done',
    );
    return at((await gateway.api(ALABAMA, 'GET', path)).body, 'breaches');
  }

  let cardBill: unknown;

  it('authorizes a card for the mandate, captures the total and gives back the rest', async () => {
    const { id, total } = await charged(CARD, 'DUKE-CLT-001');
    cardBill = await billOf(id);
    expect(at(cardBill, 'document')).toMatchObject({
      totalInclTax: total,
      alreadyPaid: total,
      amountDue: '0.00',
    });
    await gateway.until(async () => {
      const bill = await gateway.api(ALABAMA, 'GET', `/bills/${text(cardBill, 'billId')}`);
      return list(bill.body, 'payments').every((payment) => at(payment, 'state') === 'done');
    }, 'the rest is given back');
    const bill = await gateway.api(ALABAMA, 'GET', `/bills/${text(cardBill, 'billId')}`);
    expect(at(bill.body, 'payments')).toMatchObject([
      { operation: 'capture', amount: total, reference: expect.stringMatching(/^SANDBOX-/) },
      { operation: 'void', state: 'done' },
    ]);
  });

  it('charges debit at once when the session has ended', async () => {
    const { id, total } = await charged(DEBIT, 'DUKE-CLT-001', 2);
    const bill = await billOf(id);
    expect(at(bill, 'document')).toMatchObject({ alreadyPaid: total, amountDue: '0.00' });
    expect(at(bill, 'payments')).toMatchObject([{ operation: 'charge', amount: total }]);
  });

  it('refuses a card that is declined, and one whose provider does not answer', async () => {
    for (const cin of [DECLINED, SILENT]) {
      expect((await swipe(cin)).body).toMatchObject({
        decision: 'refused',
        reason: 'credit_exhausted',
      });
    }
    // what the silent provider did all the same is known by its key, and given back
    await gateway.until(
      async () => JSON.stringify(await breaches()) === '[]',
      'nothing stays unknown',
    );
  });

  it('takes once what a lost answer left unknown', async () => {
    expect((await add(CAPTURE_LOST, 'creditCard', 'sandbox-timeout-capture')).status).toBe(201);
    const { id, total } = await charged(CAPTURE_LOST, 'DUKE-RDU-002');
    const bill = await billOf(id);
    expect(at(bill, 'document')).toMatchObject({ alreadyPaid: total, amountDue: '0.00' });
    const captures = list(bill, 'payments').filter((one) => at(one, 'operation') === 'capture');
    expect(captures).toMatchObject([{ state: 'done', amount: total }]);
  });

  it('waits with the bill for an answer that is late', async () => {
    expect((await add(LATE_DEBIT, 'debit', 'sandbox-late')).status).toBe(201);
    const { id, total } = await charged(LATE_DEBIT, 'GEO-ATL-001');
    const bill = await billOf(id);
    expect(at(bill, 'document')).toMatchObject({ alreadyPaid: total, amountDue: '0.00' });
    expect(at(bill, 'payments')).toMatchObject([{ operation: 'charge', state: 'done' }]);
  });

  it('leaves on the bill what a debit could not take', async () => {
    expect((await add(POOR_DEBIT, 'debit', 'sandbox-declined-account')).status).toBe(201);
    const { id, total } = await charged(POOR_DEBIT, 'ALA-BHM-001');
    const bill = await billOf(id);
    expect(at(bill, 'document')).toMatchObject({ alreadyPaid: '0.00', amountDue: total });
    expect(at(bill, 'payments')).toMatchObject([{ operation: 'charge', state: 'declined' }]);
  });

  it('gives a credited charge back to the card', async () => {
    const billId = text(cardBill, 'billId');
    const total = at(cardBill, 'document.totalInclTax');
    const credited = await gateway.api(ALABAMA, 'POST', `/bills/${billId}/credit`, {
      reason: 'the charge was not his',
    });
    expect(credited.status).toBe(201);
    await gateway.until(async () => {
      const bill = await gateway.api(ALABAMA, 'GET', `/bills/${billId}`);
      const refund = list(bill.body, 'payments').find((one) => at(one, 'operation') === 'refund');
      return at(refund, 'state') === 'done' && at(refund, 'amount') === total;
    }, 'the card has it back');
    const bill = await gateway.api(ALABAMA, 'GET', `/bills/${billId}`);
    expect(at(bill.body, 'credits.0.document')).toMatchObject({
      refunded: total,
      backToBalance: '0.00',
    });
    expect(await breaches()).toEqual([]);
  });

  it('wants a payment method of who pays by card, and of nobody else', async () => {
    expect((await add('84000195011000100062', 'creditCard')).status).toBe(422);
    expect((await add('84000195011000100062', 'postPaid', 'sandbox-card')).status).toBe(422);
    expect((await add('84000195011000100062', 'debit', 'no spaces allowed')).status).toBe(400);
  });
});
