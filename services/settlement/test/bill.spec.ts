import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as contracts from '@roamgrid/contracts';
import { parseEnergyKwh } from '@roamgrid/kernel';
import { startTestPostgres, type PostgresServer } from '@roamgrid/persistence';
import { agree, buildCharge, HOME, VISITED, type ChargeOptions } from './charges.js';
import { openConsortium, type Consortium, type Consumer } from './consortium.js';
import { MemoryLedger } from './memory-ledger.js';

const HYDRO = 'northern-hydro';

const PREPAID: Consumer = {
  consumerId: 'consumer-p',
  cinMasked: '8400019501••••••••13',
  paymentMode: 'prepaid',
  currency: 'USD',
};

const CANADIAN: Consumer = {
  consumerId: 'consumer-ca',
  cinMasked: '1240000101••••••••82',
  paymentMode: 'postPaid',
  currency: 'CAD',
};

let server: PostgresServer;
let consortium: Consortium;

beforeAll(async () => {
  server = await startTestPostgres();
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  consortium = await openConsortium(server, [VISITED, HOME, HYDRO], new MemoryLedger());
  await agree(consortium.member(VISITED), consortium.member(HOME));
  await agree(consortium.member(VISITED), consortium.member(HYDRO));
});

afterEach(async () => {
  await consortium.stop();
});

async function charge(options: ChargeOptions = {}): Promise<void> {
  const built = await buildCharge(consortium, options);
  await consortium.bus.request(contracts.recordCharge, VISITED, built);
  await consortium.settleDown();
}

async function bills(utility: string): Promise<contracts.SignedBill[]> {
  const { items } = await consortium.bus.request(contracts.issueBills, utility, {
    from: '2026-11-01T00:00:00Z',
    to: '2026-12-01T00:00:00Z',
  });
  return items;
}

describe('bills', () => {
  it('one a consumer and period, every session a line, and never a second one', async () => {
    await charge();
    await charge();
    const [bill, ...others] = await bills(HOME);
    expect(others).toEqual([]);
    expect(bill?.document).toMatchObject({
      number: 'ALABAMA-B-2026-000001',
      consumerId: 'consumer-1',
      currency: 'USD',
      totalInclTax: '17.88',
      alreadyPaid: '0.00',
      amountDue: '17.88',
      lines: [
        { totalExclTax: '8.34', tax: '0.60', totalInclTax: '8.94', conversion: null },
        { totalInclTax: '8.94' },
      ],
    });
    expect(await bills(HOME)).toEqual([]);
  });

  it('converts a session once, half up, with its rate on the line', async () => {
    await charge({
      home: HYDRO,
      consumer: CANADIAN,
      fx: { from: 'USD', to: 'CAD', rate: '1.372650' },
    });
    const [bill] = await bills(HYDRO);
    // 8.94 USD × 1.372650 = 12.271491 CAD
    expect(bill?.document).toMatchObject({
      currency: 'CAD',
      totalInclTax: '12.27',
      lines: [
        {
          currency: 'USD',
          visitedTotalInclTax: '8.94',
          totalInclTax: '12.27',
          conversion: { rate: '1.372650', source: 'test bank' },
        },
      ],
    });
    const rows = await consortium
      .member(HYDRO)
      .database.query<{ currency: string; sum: string }>(
        'SELECT currency, sum(amount_minor)::text AS sum FROM journal_line GROUP BY currency',
      );
    expect(rows.every(({ sum }) => sum === '0')).toBe(true);
  });

  it('a missing rate holds the retail side only: home owes, the driver is billed later', async () => {
    await charge({ home: HYDRO, consumer: CANADIAN });
    expect(await bills(HYDRO)).toEqual([]);
    const held = await consortium
      .member(HYDRO)
      .database.query('SELECT kind, reason FROM held_charge');
    expect(held).toEqual([{ kind: 'retail', reason: 'rating_refused' }]);
    const { breaches } = await consortium.bus.request(contracts.auditBooks, HYDRO, {});
    expect(breaches).toEqual([]);
  });
});

describe('prepaid credit', () => {
  const deposit = (entryId: string, amount: string) =>
    consortium.bus.request(contracts.depositCredit, HOME, {
      entryId,
      consumerId: PREPAID.consumerId,
      currency: 'USD',
      amount,
    });
  const reserve = (mandateId: string, greatestAmount: string, insteadOf: string[] = []) =>
    consortium.bus.request(contracts.reserveCredit, HOME, {
      mandateId,
      consumerId: PREPAID.consumerId,
      currency: 'USD',
      greatestAmount,
      insteadOf,
    });
  const release = (mandateId: string) =>
    consortium.bus.request(contracts.releaseCredit, HOME, { mandateId });
  const account = async () =>
    (
      await consortium.bus.request(contracts.readCredit, HOME, {
        consumerId: PREPAID.consumerId,
      })
    ).account;

  it('a deposit is booked once', async () => {
    expect(await deposit('e-1', '10.00')).toEqual({ balance: '10.00' });
    expect(await deposit('e-1', '10.00')).toEqual({ balance: '10.00' });
    expect(await deposit('e-2', '0.50')).toEqual({ balance: '10.50' });
  });

  it('reserves what is there, once a reservation, and gives it back', async () => {
    await deposit('e-1', '10.00');
    const exhausted = { decision: 'refused', reason: 'credit_exhausted' };
    expect(await reserve('m-1', '7.00')).toEqual({ decision: 'reserved', amount: '7.00' });
    expect(await reserve('m-1', '7.00')).toEqual({ decision: 'reserved', amount: '7.00' });
    expect(await reserve('m-2', '7.00')).toEqual({ decision: 'reserved', amount: '3.00' });
    expect(await reserve('m-3', '1.00')).toEqual(exhausted);
    await release('m-1');
    await release('m-1');
    expect(await account()).toEqual({ currency: 'USD', balance: '10.00', reserved: '3.00' });
    // what was given back is not reserved again under the same mandate
    expect(await reserve('m-1', '7.00')).toEqual(exhausted);
  });

  it('moves what a withdrawn mandate held to the next in one step, also twice', async () => {
    await deposit('e-1', '10.00');
    await reserve('m-1', '10.00');
    for (const _again of [1, 2]) {
      expect(await reserve('m-2', '10.00', ['m-1'])).toEqual({
        decision: 'reserved',
        amount: '10.00',
      });
    }
    expect(await account()).toEqual({ currency: 'USD', balance: '10.00', reserved: '10.00' });
  });

  it('gives back before it was asked for: it is never reserved', async () => {
    await deposit('e-1', '10.00');
    await release('m-late');
    expect(await reserve('m-late', '7.00')).toMatchObject({ decision: 'refused' });
    expect(await account()).toEqual({ currency: 'USD', balance: '10.00', reserved: '0.00' });
  });

  it('never reserves more than there is, however many ask at once', async () => {
    await deposit('e-1', '10.00');
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) => reserve(`m-${String(index)}`, '3.00')),
    );
    const amounts = replies.map((reply) => (reply.decision === 'reserved' ? reply.amount : '-'));
    expect(amounts.sort()).toEqual(['-', '-', '-', '-', '1.00', '3.00', '3.00', '3.00']);
    expect(await account()).toEqual({ currency: 'USD', balance: '10.00', reserved: '10.00' });
  });

  it('nobody with an empty account gets a reservation', async () => {
    await deposit('e-0', '0.00');
    expect(await reserve('m-1', '5.00')).toMatchObject({ decision: 'refused' });
    expect(await reserve('m-2', '5.00')).toMatchObject({ decision: 'refused' });
  });

  it('pays a charge from its reservation and gives the rest back', async () => {
    await deposit('e-1', '20.00');
    const built = await buildCharge(consortium, { consumer: PREPAID, moneyCap: '12.00' });
    await reserve(built.charge.mandate.document.mandateId, '12.00');
    await consortium.bus.request(contracts.recordCharge, VISITED, built);
    await consortium.settleDown();
    expect(await account()).toEqual({ currency: 'USD', balance: '11.06', reserved: '0.00' });
    const [bill] = await bills(HOME);
    expect(bill?.document).toMatchObject({
      totalInclTax: '8.94',
      alreadyPaid: '8.94',
      amountDue: '0.00',
    });
    const { checked, breaches } = await consortium.bus.request(contracts.auditBooks, HOME, {});
    expect(breaches).toEqual([]);
    expect(checked).toMatchObject({ prepaidAccountsConsistent: 1, retailRatesAgain: 1 });
  });

  /** the energy that a cap of 5.00 leaves of 20.45 kWh, as home says when visited tells another figure */
  async function energyBeyondCap(): Promise<string> {
    const probe = await buildCharge(consortium, { consumer: PREPAID, moneyCap: '5.00' });
    await consortium.bus.request(contracts.recordCharge, VISITED, probe);
    await consortium.settleDown();
    const [objection] = await consortium
      .member(HOME)
      .database.query<{ document: string }>('SELECT document FROM cdr_answer');
    const { note } = JSON.parse(objection?.document ?? '{}') as { note: string };
    const unbilledEnergyKwh = /leaves (\S+) kWh/.exec(note)?.[1] ?? '';
    expect(unbilledEnergyKwh).toMatch(/^5\.\d+$/);
    return unbilledEnergyKwh;
  }

  const chargeBeyond = async (unbilledEnergyKwh: string, more: ChargeOptions = {}) => {
    const options = { consumer: PREPAID, moneyCap: '5.00', unbilledEnergyKwh, ...more };
    const built = await buildCharge(consortium, options);
    await reserve(built.charge.mandate.document.mandateId, '5.00');
    await consortium.bus.request(contracts.recordCharge, VISITED, built);
    await consortium.settleDown();
    const rows = await consortium.member(HOME).database.query<{
      document: string;
      state: string;
    }>('SELECT document, state FROM cdr WHERE session_id = $1', [built.charge.sessionId]);
    return rows.map(({ document, state }) => ({
      state,
      cdr: JSON.parse(document) as contracts.CdrDocument,
    }))[0];
  };

  it('bills nothing beyond the cap; what it leaves unbilled is home’s to bear', async () => {
    await deposit('e-1', '5.00');
    const made = await chargeBeyond(await energyBeyondCap());
    expect(made?.state).toBe('accepted');
    // wholesale, all of it: 20.45 kWh
    expect(made?.cdr.lines[0]).toMatchObject({ component: 'ENERGY', quantity: '20.450' });
    const [bill] = await bills(HOME);
    expect(bill?.document).toMatchObject({ totalInclTax: '5.00', amountDue: '0.00' });
    expect(await account()).toEqual({ currency: 'USD', balance: '0.00', reserved: '0.00' });
  });

  describe('where visited bears what lies beyond the credit', () => {
    beforeEach(() => agree(consortium.member(VISITED), consortium.member(HOME), 'USD', 'visited'));

    it('home owes what the credit paid for, and no parking after it', async () => {
      await deposit('e-1', '5.00');
      const unbilled = await energyBeyondCap();
      const made = await chargeBeyond(unbilled);
      expect(made?.state).toBe('accepted');
      const [line, ...rest] = made?.cdr.lines ?? [];
      expect(line?.component).toBe('ENERGY');
      const rated = parseEnergyKwh(line?.quantity ?? '0') + parseEnergyKwh(unbilled);
      expect(rated).toBe(parseEnergyKwh('20.450'));
      expect(rest).toEqual([]);
      expect(made?.cdr.energyKwh).toBe('20.450');
      const { breaches } = await consortium.bus.request(contracts.auditBooks, VISITED, {});
      expect(breaches).toEqual([]);
    });

    it('a mandate that says otherwise is priced by nobody', async () => {
      await deposit('e-1', '5.00');
      expect(await chargeBeyond('5.000', { beyondCreditBorneBy: 'home' })).toBeUndefined();
      const held = await consortium
        .member(VISITED)
        .database.query('SELECT kind, reason FROM held_charge');
      expect(held).toEqual([{ kind: 'wholesale', reason: 'no_agreement' }]);
    });
  });
});
