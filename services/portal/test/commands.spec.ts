import { createHash } from 'node:crypto';
import {
  acceptInvoice,
  auditBooks,
  closePeriod,
  createConsumer,
  disputeInvoice,
  draftTariff,
  findConsumer,
  issueBills,
  listWireLog,
  publishTariff,
  readBalances,
  readLedger,
  registerStation,
  resolveSuspense,
  revokeMandate,
  updateConsumer,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';

const ID = '019abcde-0000-7000-8000-000000000001';
const HASH = 'a'.repeat(64);
const PERIOD = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

const tariff = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'T1',
  currency: 'USD',
  elements: [{ price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }] }],
  last_updated: '2026-11-01T00:00:00Z',
};
const tariffView = (state: 'draft' | 'published') => ({
  tariffId: 't1',
  version: 1,
  state,
  customerClass: 'residential' as const,
  stationClass: 'AC' as const,
  purpose: 'wholesale' as const,
  author: 'a',
  publisher: null,
  publishedAt: null,
  documentHash: HASH,
  document: tariff,
});

const invoiceView = {
  invoiceId: ID,
  direction: 'issued' as const,
  partner: 'alabama-power',
  state: 'issued' as const,
  invoice: {
    document: {
      type: 'invoice' as const,
      schemaVersion: 1 as const,
      invoiceId: ID,
      number: 'D-1',
      visitedUtility: UTILITY,
      homeUtility: 'alabama-power',
      agreementId: 'a1',
      agreementHash: HASH,
      currency: 'USD' as const,
      ...PERIOD,
      timeZone: 'America/New_York',
      lineCount: 1,
      sequenceFrom: 1,
      sequenceTo: 1,
      excluded: [],
      merkleRoot: HASH,
      energyKwh: '1.000',
      taxes: [],
      totalExclTax: '1.00',
      tax: '0.00',
      totalInclTax: '1.00',
      commission: '0.00',
      commissionTax: '0.00',
      payable: '1.00',
      reissueOf: null,
      issuedAt: PERIOD.to,
      dueDate: PERIOD.to,
    },
    documentHash: HASH,
    signature: 'x..y',
  },
  disputed: '0.00',
  ledger: { state: 'pending' as const, businessKey: HASH, txId: null, blockNumber: null },
  availableActions: ['credit' as const],
};

const consumerView = {
  consumerId: 'c1',
  cinMasked: '8400541601••••••••17',
  state: 'active' as const,
  hasPin: true,
  contractId: null,
  cardUids: 0,
  settings: {
    customerClass: 'residential' as const,
    planId: 'home',
    tier: 'none' as const,
    paymentMode: 'postPaid' as const,
    currency: 'USD' as const,
    limitEnergyKwh: '100',
    limitAmount: '200.00',
    maxConcurrentSessions: 1,
    preAgreedPrice: false,
  },
  createdAt: PERIOD.from,
};

const station = {
  stationId: 'DUKE-NEW-009',
  provider: 'queen-city-parking',
  providerSharePercentage: 10,
  place: 'Charlotte NC',
  timeZone: 'America/New_York',
  stationClass: 'AC',
  taxes: [],
  evses: [{ connectorId: 1, powerW: 22000, currentType: 'AC', meterSerial: null }],
};

describe('commands', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    portal.services.replies(closePeriod, () => invoiceView);
    portal.services.replies(acceptInvoice, () => invoiceView);
    portal.services.replies(disputeInvoice, () => invoiceView);
    portal.services.replies(issueBills, () => ({ items: [] }));
    portal.services.replies(draftTariff, () => tariffView('draft'));
    portal.services.replies(publishTariff, () => tariffView('published'));
    portal.services.replies(createConsumer, () => consumerView);
    portal.services.replies(updateConsumer, () => consumerView);
    portal.services.replies(registerStation, ({ record }) => ({
      document: { ...record, version: 1, utility: UTILITY, notBefore: PERIOD.from },
      documentHash: HASH,
      signature: 'x..y',
    }));
  }, 60_000);
  beforeEach(async () => {
    portal.services.asked.length = 0;
    await portal.context.database.query('TRUNCATE views, view_items, idempotency_keys');
  });
  afterAll(() => portal.stop());

  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    portal.call('POST', path, { ...(body === undefined ? {} : { body }), headers });

  it('closes a period after the charges have been handed over', async () => {
    const { status, body } = await post('/billing-periods', {
      partner: 'alabama-power',
      ...PERIOD,
    });
    expect([status, body['invoiceId'], body['documentHash']]).toEqual([201, ID, HASH]);
    expect(portal.services.subjects()).toEqual([
      'aaa.drain',
      'settlement.drain',
      'settlement.closePeriod',
    ]);
  });

  it.each([
    ['a partner that is none', { partner: 'nobody', ...PERIOD }, 422, 'partner'],
    ['oneself as partner', { partner: UTILITY, ...PERIOD }, 422, 'partner'],
    [
      'an end before the begin',
      { partner: 'alabama-power', from: PERIOD.to, to: PERIOD.from },
      422,
      'to',
    ],
    [
      'an end in the future',
      { partner: 'alabama-power', from: PERIOD.from, to: '2199-01-01T00:00:00Z' },
      422,
      'to',
    ],
    [
      'a day that does not exist',
      { partner: 'alabama-power', from: PERIOD.from, to: '2026-02-30T00:00:00Z' },
      400,
      'to',
    ],
    ['a member that is not known', { partner: 'alabama-power', ...PERIOD, more: 1 }, 400, 'more'],
    ['a member missing', { partner: 'alabama-power', from: PERIOD.from }, 400, 'to'],
  ])('refuses to close with %s', async (_what, body, status, path) => {
    const answer = await post('/billing-periods', body);
    expect([answer.status, answer.body['errors']]).toEqual([
      status,
      [{ path, message: expect.any(String) }],
    ]);
    expect(portal.services.requestsOf(closePeriod)).toEqual([]);
  });

  it.each([
    ['no body', undefined],
    ['no JSON', '{"partner":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['the same member twice', '{"partner":"a","partner":"b"}'],
    ['endless brackets', '['.repeat(500_000)],
  ])('refuses %s where a body is needed', async (_what, raw) => {
    const answer = await portal.call('POST', '/billing-periods', raw === undefined ? {} : { raw });
    expect([answer.status, answer.body['code']]).toEqual([400, 'malformed_request']);
    expect(answer.body['errors']).toHaveLength(1);
  });

  it('takes JSON only, and not too much of it', async () => {
    const form = await post('/billing-periods', {}, { 'content-type': 'text/plain' });
    expect([form.status, form.body['code']]).toEqual([415, 'unsupported_media_type']);
    const large = await portal.call('POST', '/billing-periods', { raw: ' '.repeat(1_100_000) });
    expect([large.status, large.body['code']]).toEqual([413, 'payload_too_large']);
  });

  it('accepts and disputes in the name of the caller', async () => {
    expect((await post(`/invoices/${ID}/accept`)).status).toBe(200);
    expect(portal.services.requestsOf(acceptInvoice)).toEqual([
      { invoiceId: ID, by: 'duke-energy/app' },
    ]);
    const lines = [{ cdrId: ID, reasonCode: 'energy_differs', note: 'our meter says less' }];
    expect((await post(`/invoices/${ID}/disputes`, { lines })).status).toBe(201);
    expect((await post(`/invoices/${ID}/disputes`, { lines: [] })).status).toBe(400);
    expect(
      (await post(`/invoices/${ID}/disputes`, { lines: [{ ...lines[0], reasonCode: 'x' }] })).body,
    ).toMatchObject({ errors: [{ path: 'lines.0.reasonCode' }] });
  });

  it("passes a service's own refusal on as it is", async () => {
    portal.services.replies(revokeMandate, () => {
      throw new RoamgridError('not_found', 'no such mandate');
    });
    const answer = await portal.call('DELETE', '/mandates/m1');
    expect([answer.status, answer.body['detail']]).toEqual([404, 'no such mandate']);
  });

  describe('idempotency keys', () => {
    const key = { 'idempotency-key': 'k-1' };
    const body = { partner: 'alabama-power', ...PERIOD };

    it('give the first answer again to the same request', async () => {
      const first = await post('/billing-periods', body, key);
      const second = await post('/billing-periods', { to: PERIOD.to, ...body }, key);
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
      expect(portal.services.requestsOf(closePeriod)).toHaveLength(1);
    });

    it('refuse another body, and another route', async () => {
      await post('/billing-periods', body, key);
      const other = await post('/billing-periods', { ...body, from: '2026-10-01T00:00:00Z' }, key);
      expect([other.status, other.body['code']]).toEqual([409, 'idempotency_conflict']);
      expect((await post('/bills', PERIOD, key)).status).toBe(409);
    });

    it('run once however many come at once', async () => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      portal.services.replies(closePeriod, async () => {
        await gate;
        return invoiceView;
      });
      const racing = [1, 2, 3, 4, 5].map(() => post('/billing-periods', body, key));
      const different = await post(
        '/billing-periods',
        { ...body, from: '2026-10-01T00:00:00Z' },
        key,
      );
      expect(different.status).toBe(409);
      release();
      const answers = await Promise.all(racing);
      portal.services.replies(closePeriod, () => invoiceView);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
      expect(portal.services.requestsOf(closePeriod)).toHaveLength(1);
    });

    it('keep a refusal, but not a failure that may pass', async () => {
      let calls = 0;
      portal.services.replies(issueBills, () => {
        calls += 1;
        if (calls === 1) throw new RoamgridError('peer_unreachable', 'down');
        throw new RoamgridError('nothing_to_bill', 'nothing');
      });
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        statuses.push((await post('/bills', PERIOD, key)).status);
      }
      portal.services.replies(issueBills, () => ({ items: [] }));
      expect([statuses, calls]).toEqual([[503, 409, 409], 2]);
    });

    it('belong to their client; a refused body does not use one up', async () => {
      expect((await post('/billing-periods', { partner: 1 }, key)).status).toBe(400);
      expect((await post('/billing-periods', body, key)).status).toBe(201);
      const token = await portal.sign({ client_id: 'other' });
      const other = await portal.call('POST', '/bills', { token, body: PERIOD, headers: key });
      expect(other.status).toBe(201);
    });

    it('without a key two equal requests are two', async () => {
      await post('/billing-periods', body);
      await post('/billing-periods', body);
      expect(portal.services.requestsOf(closePeriod)).toHaveLength(2);
    });

    it('cannot be just anything', async () => {
      const answer = await post('/bills', PERIOD, { 'idempotency-key': 'a b' });
      expect(answer.body).toMatchObject({ status: 400, errors: [{ path: 'Idempotency-Key' }] });
    });
  });

  it('registers a station: the password is told, its digest is kept, nothing else', async () => {
    const key = { 'idempotency-key': 'station-1' };
    const { status, body } = await post('/stations', station, key);
    const password = String(body['password']);
    expect(status).toBe(201);
    expect(Buffer.from(password, 'base64url')).toHaveLength(16);
    expect(portal.services.requestsOf(registerStation)).toMatchObject([
      {
        record: { providerSharePercentage: '10', evses: [{ powerW: '22000' }] },
        passwordDigest: createHash('sha256').update(`DUKE-NEW-009:${password}`).digest('hex'),
      },
    ]);
    expect((await post('/stations', station, key)).body['password']).toBe(password);
    const [row] = await portal.context.database.query<{ answer: Buffer }>(
      'SELECT answer FROM idempotency_keys',
    );
    expect(row?.answer.length).toBeGreaterThan(100);
    expect(row?.answer.toString('latin1')).not.toContain(password);
    const float = { ...station, evses: [{ ...station.evses[0], powerW: 22000.5 }] };
    expect((await post('/stations', float)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'evses.0.powerW' }],
    });
    expect((await post('/stations', { ...station, timeZone: 'Mars/Base' })).status).toBe(422);
  });

  it('does not take a station twice, and shows the wire log of its own only', async () => {
    await portal.publish({
      kind: 'station',
      id: 'DUKE-NEW-009',
      facet: 'aaa',
      sortAt: PERIOD.from,
      data: {},
    });
    expect((await post('/stations', station)).status).toBe(409);
    portal.services.replies(listWireLog, () => ({
      items: [
        {
          at: PERIOD.from,
          direction: 'in',
          messageId: null,
          action: 'BootNotification',
          raw: '[]',
        },
      ],
      nextCursor: 'next',
    }));
    const log = await portal.call('GET', '/stations/DUKE-NEW-009/messages?limit=1');
    expect(log.body).toEqual({
      items: [{ at: PERIOD.from, direction: 'in', action: 'BootNotification', raw: '[]' }],
      nextCursor: 'next',
    });
    expect(log.headers.get('link')).toContain('cursor=next');
    expect((await portal.call('GET', '/stations/ALA-BHM-001/messages')).status).toBe(404);
  });

  it('drafts a tariff from OCPI, with numbers or with texts, and publishes it in the own name', async () => {
    const ocpi = JSON.stringify(tariff)
      .replace('"0.30"', '0.30')
      .replace('"id"', '"x_more":1,"id"');
    const raw = `{"customerClass":"residential","stationClass":"AC","document":${ocpi}}`;
    expect((await portal.call('POST', '/tariffs', { raw })).status).toBe(201);
    expect(portal.services.requestsOf(draftTariff)).toMatchObject([
      { author: 'duke-energy/app', tariffId: null, purpose: 'wholesale', document: tariff },
    ]);
    const wrong = await post('/tariffs', {
      customerClass: 'residential',
      stationClass: 'AC',
      document: { ...tariff, elements: [] },
    });
    expect([wrong.status, wrong.body['code']]).toEqual([422, 'invalid_tariff']);
    expect((await post('/tariffs/t1/versions/1/publish')).status).toBe(200);
    expect(portal.services.requestsOf(publishTariff)).toEqual([
      { tariffId: 't1', version: 1, publisher: 'duke-energy/app' },
    ]);
  });

  it('adds, finds and changes consumers; a CIN is never answered', async () => {
    const cin = '84005416011000055516';
    const added = await post('/consumers', {
      cin,
      planId: 'home',
      customerClass: 'residential',
      limitEnergyKwh: 300,
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ consumerId: 'c1', planId: 'home', tier: 'none' });
    expect(portal.services.requestsOf(createConsumer)).toMatchObject([
      { cin, pin: null, balance: null, settings: { limitEnergyKwh: '300', currency: 'USD' } },
    ]);
    portal.services.replies(findConsumer, () => ({ consumer: consumerView }));
    const found = await post('/consumers/search', { cin });
    expect(found.body['items']).toMatchObject([{ consumerId: 'c1' }]);
    const blocked = await portal.call('PATCH', '/consumers/c1', { body: { state: 'blocked' } });
    expect(blocked.status).toBe(200);
    expect(portal.services.requestsOf(updateConsumer)).toEqual([
      { consumerId: 'c1', settings: {}, state: 'blocked' },
    ]);
    expect(JSON.stringify([added.body, found.body, blocked.body])).not.toContain(cin);
    const balance = { amount: '5.00', currency: 'USD' };
    const postPaid = { cin, planId: 'home', customerClass: 'residential', balance };
    expect((await post('/consumers', postPaid)).status).toBe(422);
    const foreign = { ...postPaid, paymentMode: 'prepaid', currency: 'CAD' };
    expect((await post('/consumers', foreign)).body['code']).toBe('currency_mismatch');
  });

  it('does not echo a CIN that it refuses', async () => {
    const { status, body } = await post('/consumers', { cin: '84005416011000055516', tier: 'Tin' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain('84005416011000055516');
  });

  it('ends suspense as a write-off; as bill or credit it is not built', async () => {
    portal.services.replies(resolveSuspense, () => ({ suspenseId: 's1', state: 'written_off' }));
    const note = 'the meter was replaced';
    const done = await post('/suspense/s1/resolve', { resolution: 'written_off', note });
    expect([done.status, done.body['state']]).toEqual([200, 'written_off']);
    expect((await post('/suspense/s1/resolve', { resolution: 'bill', note })).status).toBe(501);
  });

  it('answers balances as a list, and 404 for what the ledger does not hold', async () => {
    portal.services.replies(readBalances, () => ({ items: [] }));
    expect((await portal.call('GET', '/balances')).body).toEqual({ items: [], nextCursor: null });
    portal.services.replies(readLedger, () => ({ record: null }));
    expect((await portal.call('GET', `/ledger/${HASH}`)).status).toBe(404);
    expect((await portal.call('GET', '/ledger/nonsense')).status).toBe(404);
  });

  it('runs an audit beside its request, and tells what came of it', async () => {
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    portal.services.replies(auditBooks, async () => {
      await gate;
      return { checked: { lines: 3 }, breaches: [] };
    });
    const started = await post('/audit');
    expect([started.status, started.body['state']]).toEqual([202, 'running']);
    const path = `/audit/${String(started.body['auditId'])}`;
    expect((await portal.call('GET', path)).body).toMatchObject({ state: 'running' });
    finish();
    let body = (await portal.call('GET', path)).body;
    while (body['state'] === 'running') body = (await portal.call('GET', path)).body;
    expect(body).toEqual({
      auditId: started.body['auditId'],
      state: 'done',
      checked: { lines: 3 },
      breaches: [],
    });
    expect((await portal.call('GET', `/audit/${ID}`)).status).toBe(404);
  });
});
