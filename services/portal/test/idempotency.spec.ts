import { closePeriod, issueBills } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, type PortalUnderTest } from './portal-under-test.js';
import { closedPeriod, PERIOD } from './samples.js';

describe('idempotency keys', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    portal.services.replies(closePeriod, () => closedPeriod);
    portal.services.replies(issueBills, () => ({ items: [] }));
  });
  beforeEach(async () => {
    portal.services.asked.length = 0;
    await portal.context.database.query('TRUNCATE idempotency_keys');
  });
  afterAll(() => portal.stop());

  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    portal.call('POST', path, { ...(body === undefined ? {} : { body }), headers });
  const key = { 'idempotency-key': 'k-1' };
  const body = { partner: 'alabama-power', ...PERIOD };

  it('give the first answer again to the same request', async () => {
    const first = await post('/billing-periods', body, key);
    const second = await post(
      '/billing-periods',
      { to: body.to, from: body.from, partner: body.partner },
      key,
    );
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
      return closedPeriod;
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
    portal.services.replies(closePeriod, () => closedPeriod);
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
