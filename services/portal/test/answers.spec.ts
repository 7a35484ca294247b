import { readCdr, readCredit } from '@roamgrid/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';

const id = (number: number): string =>
  `019abcde-0000-7000-8000-${String(number).padStart(12, '0')}`;
const at = (second: number): string => `2026-11-21T10:00:${String(second).padStart(2, '0')}Z`;

describe('views as the API answers them', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
  });
  beforeEach(() => portal.context.database.query('TRUNCATE view_items'));
  afterAll(() => portal.stop());

  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await portal.call('GET', path)).body;

  it('narrows by what stands in the document, where the view itself does not say it', async () => {
    const cdr = (number: number, visitedUtility: string) =>
      portal.publish({
        kind: 'cdr',
        id: id(number),
        facet: 'settlement',
        sortAt: at(number),
        data: {
          state: 'open',
          document: { homeUtility: UTILITY, visitedUtility, flags: ['late'] },
        },
      });
    await cdr(1, 'alabama-power');
    await cdr(2, UTILITY);
    const { items } = await get('/cdrs?partner=alabama-power');
    expect(items).toMatchObject([{ cdrId: id(1), flags: ['late'] }]);
    expect((await get('/cdrs?state=held'))['items']).toEqual([]);
    await portal.publish({
      kind: 'mandate',
      id: 'm1',
      facet: 'profiles',
      sortAt: at(1),
      data: {
        state: 'active',
        document: { homeUtility: UTILITY, visitedUtility: 'alabama-power' },
      },
    });
    expect((await get('/mandates?role=home'))['items']).toMatchObject([{ mandateId: 'm1' }]);
    expect((await get('/mandates?role=visited'))['items']).toEqual([]);
    const parties = ['alabama-power', UTILITY];
    await portal.publish({
      kind: 'agreement',
      id: 'a1',
      facet: 'crp',
      sortAt: at(1),
      data: { document: { parties }, signatures: [] },
    });
    expect((await get('/agreements?partner=alabama-power'))['items']).toMatchObject([
      { agreementId: 'a1' },
    ]);
    expect((await get('/agreements?partner=georgia-power'))['items']).toEqual([]);
  });

  it('answers versions of a tariff, and the published one as the tariff', async () => {
    const version = (number: number, state: string) =>
      portal.publish({
        kind: 'tariff',
        id: `t1-${String(number)}`,
        facet: 'crp',
        sortAt: at(number),
        data: { tariffId: 't1', version: number, state, customerClass: 'residential' },
      });
    await version(1, 'published');
    await version(2, 'draft');
    expect(await get('/tariffs/t1')).toMatchObject({
      version: 1,
      versions: [{ version: 2, state: 'draft' }, { version: 1 }],
    });
    expect(await get('/tariffs/t1/versions/2')).toMatchObject({ state: 'draft' });
    expect((await portal.call('GET', '/tariffs/t1/versions/3')).status).toBe(404);
    expect((await portal.call('GET', '/tariffs/t2')).status).toBe(404);
    expect((await get('/tariffs?customerClass=commercial'))['items']).toEqual([]);
  });

  it('shows an invoice as its document and what surrounds it', async () => {
    await portal.publish({
      kind: 'invoice',
      id: id(1),
      facet: 'settlement',
      sortAt: at(1),
      data: {
        invoiceId: id(1),
        direction: 'received',
        partner: 'alabama-power',
        state: 'issued',
        invoice: { document: { payable: '1.00' }, documentHash: 'h', signature: 's' },
        disputed: '0.00',
        ledger: { state: 'pending', businessKey: 'k', txId: null, blockNumber: null },
        availableActions: ['accept', 'dispute'],
      },
    });
    const invoice = await get(`/invoices/${id(1)}`);
    expect(invoice).toEqual({
      invoiceId: id(1),
      direction: 'received',
      partner: 'alabama-power',
      state: 'issued',
      document: { payable: '1.00' },
      documentHash: 'h',
      signature: 's',
      disputed: '0.00',
      ledger: { state: 'pending', businessKey: 'k' },
      availableActions: ['accept', 'dispute'],
    });
    const token = await portal.sign({ scope: 'billing:read' });
    expect((await portal.call('GET', `/invoices/${id(1)}`, { token })).body).toMatchObject({
      availableActions: [],
    });
    expect((await get('/invoices?direction=issued'))['items']).toEqual([]);
    expect((await get('/invoices?direction=received'))['items']).toHaveLength(1);
  });

  it('shows a consumer with settings beside it, and a prepaid one with a balance', async () => {
    portal.services.replies(readCredit, () => ({
      account: { currency: 'USD' as const, balance: '10.00', reserved: '0.00' },
    }));
    const settings = { paymentMode: 'prepaid', tier: 'none', planId: 'p' };
    await portal.publish({
      kind: 'consumer',
      id: 'c1',
      facet: 'profiles',
      sortAt: at(1),
      data: { consumerId: 'c1', cinMasked: '8400541601••••••••17', settings },
    });
    expect((await get('/consumers'))['items']).toEqual([
      {
        consumerId: 'c1',
        cinMasked: '8400541601••••••••17',
        paymentMode: 'prepaid',
        tier: 'none',
        planId: 'p',
        balance: { currency: 'USD', amount: '10.00' },
      },
    ]);
  });

  it("answers a CDR's document from settlement where the view has none", async () => {
    await portal.publish({
      kind: 'cdr',
      id: id(7),
      facet: 'settlement',
      sortAt: at(1),
      data: { state: 'accepted', document: { type: 'cdr' }, documentHash: 'h', signature: 's' },
    });
    expect(await get(`/cdrs/${id(7)}`)).toEqual({
      cdrId: id(7),
      state: 'accepted',
      availableActions: [],
      document: { type: 'cdr' },
      documentHash: 'h',
      signature: 's',
      invoiceId: null,
      billId: null,
      flags: [],
    });
    portal.services.replies(readCdr, () => ({ cdr: null }));
    await portal.publish({
      kind: 'cdr',
      id: id(8),
      facet: 'settlement',
      sortAt: at(1),
      data: { state: 'accepted' },
    });
    expect((await portal.call('GET', `/cdrs/${id(8)}`)).status).toBe(404);
  });
});
