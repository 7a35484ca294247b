import {
  acceptCdr,
  acceptInvoice,
  closePeriod,
  disputeInvoice,
  issueBills,
  objectCdr,
  revokeMandate,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';
import { closedPeriod, HASH, ID, invoiceView, PERIOD } from './samples.js';

describe('commands', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    portal.services.replies(closePeriod, () => closedPeriod);
    portal.services.replies(acceptInvoice, () => invoiceView);
    portal.services.replies(disputeInvoice, () => invoiceView);
    portal.services.replies(issueBills, () => ({ items: [] }));
  });
  beforeEach(async () => {
    portal.services.asked.length = 0;
    await portal.context.database.query('TRUNCATE view_items, idempotency_keys');
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

  it('B078: takes JSON only, and not too much of it', async () => {
    const form = await post('/billing-periods', {}, { 'content-type': 'text/plain' });
    expect([form.status, form.body['code']]).toEqual([415, 'unsupported_media_type']);
    const packed = await post('/billing-periods', {}, { 'content-encoding': 'gzip' });
    expect([packed.status, packed.body['code']]).toEqual([415, 'unsupported_media_type']);
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

  it('judges a record in the name of the caller', async () => {
    for (const contract of [objectCdr, acceptCdr]) {
      portal.services.replies(contract, () => {
        throw new RoamgridError('state_conflict', 'the CDR stands on an invoice');
      });
    }
    const objection = { reasonCode: 'session_unknown', note: 'nobody was there' };
    const objected = await post(`/cdrs/${ID}/objections`, objection);
    expect([objected.status, objected.body['code']]).toEqual([409, 'state_conflict']);
    expect(portal.services.requestsOf(objectCdr)).toEqual([
      { cdrId: ID, ...objection, by: 'duke-energy/app' },
    ]);
    expect((await post(`/cdrs/${ID}/accept`)).status).toBe(409);
    expect(portal.services.requestsOf(acceptCdr)).toEqual([
      { cdrId: ID, note: '', by: 'duke-energy/app' },
    ]);
    const unknown = await post(`/cdrs/${ID}/objections`, { ...objection, reasonCode: 'x' });
    expect([unknown.status, unknown.body]).toMatchObject([
      400,
      { errors: [{ path: 'reasonCode' }] },
    ]);
  });

  it("passes a service's own refusal on as it is", async () => {
    portal.services.replies(revokeMandate, () => {
      throw new RoamgridError('not_found', 'no such mandate');
    });
    const answer = await portal.call('DELETE', '/mandates/m1');
    expect([answer.status, answer.body['detail']]).toEqual([404, 'no such mandate']);
  });
});
