import { createHash } from 'node:crypto';
import {
  auditBooks,
  auditContracts,
  auditSessions,
  createConsumer,
  draftTariff,
  findConsumer,
  listEndedCharges,
  listWireLog,
  matchCharges,
  matchReplays,
  replayCharges,
  publishTariff,
  readBalances,
  readLedger,
  registerStation,
  resolveSuspense,
  updateConsumer,
} from '@roamgrid/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';
import { consumerView, HASH, ID, PERIOD, station, tariff, tariffView } from './samples.js';

describe('stations, tariffs, consumers and books', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    portal.services.replies(draftTariff, () => tariffView('draft'));
    portal.services.replies(publishTariff, () => tariffView('published'));
    portal.services.replies(createConsumer, () => consumerView);
    portal.services.replies(updateConsumer, () => consumerView);
    portal.services.replies(registerStation, ({ record }) => ({
      document: { ...record, version: 1, utility: UTILITY, notBefore: PERIOD.from },
      documentHash: HASH,
      signature: 'x..y',
    }));
  });
  beforeEach(async () => {
    portal.services.asked.length = 0;
    await portal.context.database.query('TRUNCATE view_items, idempotency_keys');
  });
  afterAll(() => portal.stop());

  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    portal.call('POST', path, { ...(body === undefined ? {} : { body }), headers });

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
          direction: 'in' as const,
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
    const narrowed = `?action=StartTransaction&direction=in&from=${PERIOD.from}&format=jsonl`;
    const lines = await fetch(
      `${portal.origin}/duke-energy/api/v1/stations/DUKE-NEW-009/messages${narrowed}`,
      { headers: { authorization: `Bearer ${await portal.sign()}` } },
    );
    expect(await lines.text()).toBe(
      `{"at":"${PERIOD.from}","direction":"in","action":"BootNotification","raw":"[]"}\n`,
    );
    expect(portal.services.requestsOf(listWireLog).at(-1)).toMatchObject({
      action: 'StartTransaction',
      direction: 'in',
      from: PERIOD.from,
      to: null,
    });
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
      { tariffId: 't1', version: 1, publisher: 'duke-energy/app', revisions: null },
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
      { consumerId: 'c1', settings: {}, state: 'blocked', acceptance: null },
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

  it('ends suspense as a write-off, or as a bill by corrected registers', async () => {
    portal.services.replies(resolveSuspense, () => ({ suspenseId: 's1', state: 'written_off' }));
    const note = 'the meter was replaced';
    const done = await post('/suspense/s1/resolve', { resolution: 'written_off', note });
    expect([done.status, done.body['state']]).toEqual([200, 'written_off']);
    const correction = {
      startAt: '2026-11-10T14:00:00Z',
      endAt: '2026-11-10T15:00:00Z',
      startWh: '1000',
      stopWh: '2000',
    };
    const billed = await post('/suspense/s1/resolve', { resolution: 'bill', note, correction });
    expect(billed.status).toBe(200);
    expect(portal.services.asked.at(-1)).toMatchObject({
      request: { resolution: 'bill', correction },
    });
    const partly = { resolution: 'bill', note, correction: { startWh: '1000' } };
    expect((await post('/suspense/s1/resolve', partly)).status).toBe(400);
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
    portal.services.replies(auditSessions, () => ({
      checked: { events: 2, lines: 1 },
      breaches: [],
    }));
    portal.services.replies(auditContracts, () => ({ checked: { contracts: 5 }, breaches: [] }));
    portal.services.replies(listEndedCharges, () => ({ items: [] }));
    portal.services.replies(matchCharges, () => ({
      checked: {},
      breaches: [{ invariant: 'energyAsMetered', subject: ID, detail: 'differs' }],
    }));
    portal.services.replies(replayCharges, () => ({ items: [], next: null }));
    portal.services.replies(matchReplays, () => ({ checked: { replays: 1 }, breaches: [] }));
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
      checked: { lines: 4, events: 2, contracts: 5, replays: 1 },
      breaches: [{ invariant: 'energyAsMetered', subject: ID, detail: 'differs' }],
    });
    expect((await portal.call('GET', `/audit/${ID}`)).status).toBe(404);
  });
});
