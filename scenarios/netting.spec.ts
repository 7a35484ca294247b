import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const DUKE_DRIVER = '84005416011000055516';

/** What two utilities owe each other becomes one sum that both sign, one of them pays, and nobody owes. */
describe('netting between utilities', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  async function rated(utility: string, sessionId: string): Promise<void> {
    await gateway.until(async () => {
      const session = await gateway.api(utility, 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, `${utility} has rated ${sessionId}`);
  }

  /** Closes the period as visited and accepts the invoice as home. */
  async function invoiced(visited: string, home: string): Promise<string> {
    const period = {
      partner: home,
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date().toISOString(),
    };
    const closed = await gateway.api(visited, 'POST', '/billing-periods', period);
    expect(closed.status).toBe(201);
    const invoiceId = text(closed.body, 'invoiceId');
    await gateway.until(async () => {
      const received = await gateway.api(home, 'GET', `/invoices/${invoiceId}`);
      return list(received.body, 'availableActions').includes('accept');
    }, 'home can accept the invoice');
    const accepted = await gateway.api(home, 'POST', `/invoices/${invoiceId}/accept`);
    expect(at(accepted.body, 'state')).toBe('accepted');
    await gateway.until(async () => {
      const issued = await gateway.api(visited, 'GET', `/invoices/${invoiceId}`);
      return at(issued.body, 'state') === 'accepted';
    }, 'visited knows that it is accepted');
    return invoiceId;
  }

  const balance = async (utility: string, partner: string): Promise<unknown> => {
    const { body } = await gateway.api(utility, 'GET', '/balances');
    return list(body, 'items').find((item) => at(item, 'partner') === partner);
  };

  const net = (utility: string, partner: string, currency = 'USD'): Promise<Answer> =>
    gateway.api(utility, 'POST', '/settlements', { partner, currency });

  async function audited(utility: string): Promise<void> {
    const { body } = await gateway.api(utility, 'POST', '/audit');
    const path = `/audit/${text(body, 'auditId')}`;
    await gateway.until(
      async () => at((await gateway.api(utility, 'GET', path)).body, 'state') === 'done',
      'the audit is done',
    );
    const audit = await gateway.api(utility, 'GET', path);
    expect(at(audit.body, 'breaches')).toEqual([]);
    expect(at(audit.body, 'checked.settlementsAddUp')).toBeGreaterThan(0);
  }

  /** the one settlement, as soon as both have signed it */
  async function agreed(utility: string): Promise<Answer> {
    const read = (): Promise<Answer> => gateway.api(utility, 'GET', '/settlements?state=agreed');
    await gateway.until(
      async () => list((await read()).body, 'items').length > 0,
      `${utility} has it agreed`,
    );
    const answer = await read();
    expect(list(answer.body, 'items')).toHaveLength(1);
    return answer;
  }

  let invoices: string[];
  let settlementId: string;

  it('nets both directions into one document that both sign', async () => {
    const away = await charge(gateway);
    const here = await charge(gateway, {
      stationId: 'ALA-BHM-001',
      cin: DUKE_DRIVER,
      energyWh: 6_000,
    });
    for (const utility of [DUKE, ALABAMA]) {
      await rated(utility, away.sessionId);
      await rated(utility, here.sessionId);
    }
    invoices = [await invoiced(DUKE, ALABAMA), await invoiced(ALABAMA, DUKE)];
    const before = await balance(DUKE, ALABAMA);
    expect(Number(at(before, 'net'))).toBeGreaterThan(0);

    // both sides at once: one document comes of it
    const answers = await Promise.all([net(DUKE, ALABAMA), net(ALABAMA, DUKE)]);
    expect(answers.map(({ status }) => status).sort()).toContain(201);
    const listed = await agreed(ALABAMA);
    settlementId = text(listed.body, 'items.0.settlementId');
    await agreed(DUKE);
    const atDuke = await gateway.api(DUKE, 'GET', `/settlements/${settlementId}`);
    expect(atDuke.body).toMatchObject({
      state: 'agreed',
      document: { payer: ALABAMA, payee: DUKE, amount: at(before, 'net'), sequence: 1 },
      signatures: [{ utility: ALABAMA }, { utility: DUKE }],
      documentHash: text(listed.body, 'items.0.documentHash'),
    });
    expect((await net(DUKE, ALABAMA)).body).toMatchObject({ code: 'nothing_to_settle' });
  });

  it('is paid by its payer alone, once; then the invoices are settled at both', async () => {
    const path = `/settlements/${settlementId}/payments`;
    expect((await gateway.api(DUKE, 'POST', path)).status).toBe(409);
    expect((await gateway.api('georgia-power', 'POST', path)).status).toBe(404);
    const paid = await gateway.api(ALABAMA, 'POST', path);
    expect([paid.status, at(paid.body, 'state')]).toEqual([201, 'settled']);
    expect(at(paid.body, 'payments.0')).toMatchObject({
      direction: 'out',
      state: 'acknowledged',
      through: 'sandbox-bank',
      reference: expect.stringMatching(/^SANDBOX-/),
    });
    const again = await gateway.api(ALABAMA, 'POST', path);
    expect(at(again.body, 'payments')).toEqual(at(paid.body, 'payments'));
    for (const utility of [DUKE, ALABAMA]) {
      await gateway.until(async () => {
        const settlement = await gateway.api(utility, 'GET', `/settlements/${settlementId}`);
        return (
          at(settlement.body, 'state') === 'settled' &&
          at(settlement.body, 'ledger.state') === 'posted'
        );
      }, `${utility} has it paid and on the ledger`);
      for (const invoiceId of invoices) {
        await gateway.until(async () => {
          const invoice = await gateway.api(utility, 'GET', `/invoices/${invoiceId}`);
          return at(invoice.body, 'state') === 'settled';
        }, 'the invoice is settled');
      }
      await audited(utility);
    }
    expect(await balance(DUKE, ALABAMA)).toBeUndefined();
    expect(await balance(ALABAMA, DUKE)).toBeUndefined();
    const settled = await gateway.api(DUKE, 'GET', `/settlements/${settlementId}`);
    expect(at(settled.body, 'payments.0')).toMatchObject({
      direction: 'in',
      reference: at(paid.body, 'payments.0.reference'),
    });
    const key = text(settled.body, 'ledger.businessKey');
    for (const utility of [DUKE, ALABAMA]) {
      const record = await gateway.api(utility, 'GET', `/ledger/${key}`);
      expect(record.body).toMatchObject({
        kind: 'settlement',
        documentHash: at(settled.body, 'documentHash'),
      });
    }
  });

  it('of nothing is refused, and of what is malformed', async () => {
    expect((await net(DUKE, 'georgia-power')).body).toMatchObject({ code: 'nothing_to_settle' });
    expect((await net(DUKE, DUKE)).status).toBe(422);
    expect((await net(DUKE, 'con-edison')).status).toBe(422);
    expect((await net(DUKE, ALABAMA, 'XYZ')).status).toBe(400);
    const unknown = '00000000-0000-7000-8000-000000000000';
    expect((await gateway.api(DUKE, 'GET', `/settlements/${unknown}`)).status).toBe(404);
    expect((await gateway.api(DUKE, 'POST', `/settlements/${unknown}/payments`)).status).toBe(404);
  });
});
