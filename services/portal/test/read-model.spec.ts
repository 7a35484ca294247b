import { drainAaa, drainSettlement, traceSteps } from '@roamgrid/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalUnderTest, UTILITY, type PortalUnderTest } from './portal-under-test.js';

const id = (number: number): string =>
  `019abcde-0000-7000-8000-${String(number).padStart(12, '0')}`;
const at = (second: number): string => `2026-11-21T10:00:${String(second).padStart(2, '0')}Z`;

describe('the read model', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
  });
  beforeEach(async () => {
    await portal.context.database.query('TRUNCATE view_items, trace_steps');
    portal.services.asked.length = 0;
    portal.services.replies(drainAaa, () => ({}));
    portal.services.replies(drainSettlement, () => ({}));
  });
  afterAll(() => portal.stop());

  const session = (number: number, data: object, facet: 'aaa' | 'settlement' = 'aaa') =>
    portal.publish({
      kind: 'session',
      id: id(number),
      facet,
      sortAt: at(number),
      data: { flags: [], ...data },
    });
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await portal.call('GET', path)).body;
  const idsOf = (body: Record<string, unknown>): unknown[] =>
    (body['items'] as { sessionId: string }[]).map(({ sessionId }) => sessionId);

  it("merges what services say of a session; settlement's word on what came of it counts", async () => {
    await session(1, { state: 'ended', stationId: 'S', cdrId: null, flags: ['late'] });
    await session(1, { state: 'rated', cdrId: id(7), flags: ['late', 'held'] }, 'settlement');
    await session(1, { state: 'ended', stationId: 'S', cdrId: null, flags: ['late'] });
    expect(await get(`/sessions/${id(1)}`)).toMatchObject({
      sessionId: id(1),
      state: 'rated',
      stationId: 'S',
      cdrId: id(7),
      invoiceId: null,
      quote: null,
      flags: ['late', 'held'],
    });
  });

  it.each([
    [['rated', 'ended'], 'rated'],
    [['held', 'ended'], 'held'],
    [['received', 'suspense'], 'suspense'],
    [[undefined, 'charging'], 'charging'],
    [['rated', undefined], 'rated'],
  ] as const)('state of settlement and AAA %j → %s', async ([settled, metered], state) => {
    if (settled !== undefined) await session(1, { state: settled }, 'settlement');
    if (metered !== undefined) await session(1, { state: metered });
    expect(await get(`/sessions/${id(1)}`)).toMatchObject({ state });
  });

  it('keeps both parts of a session that two services publish at once', async () => {
    await Promise.all(
      [...Array(20).keys()].flatMap((number) => [
        session(number, { state: 'ended', stationId: 'S' }),
        session(number, { state: 'rated', cdrId: id(7) }, 'settlement'),
      ]),
    );
    const { items } = await get('/sessions');
    for (const item of items as object[]) {
      expect(item).toMatchObject({ state: 'rated', stationId: 'S', cdrId: id(7) });
    }
  });

  it('what cannot be kept keeps nothing else out that is published at the same time', async () => {
    const outcomes = await Promise.allSettled([
      ...[1, 2, 3].map((number) => session(number, { state: 'ended' })),
      session(4, { state: 'ended', message: 'no text of PostgreSQL: \u0000' }),
      session(2, { state: 'rated' }, 'settlement'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array<string>(3).fill('fulfilled'),
      'rejected',
      'fulfilled',
    ]);
    expect(idsOf(await get('/sessions'))).toEqual([id(3), id(2), id(1)]);
    expect(await get(`/sessions/${id(2)}`)).toMatchObject({ state: 'rated' });
  });

  it('pages through a list, newest first, each item once', async () => {
    await Promise.all([1, 2, 3, 4, 5].map((number) => session(number, { state: 'ended' })));
    const first = await portal.call('GET', '/sessions?limit=2&state=ended');
    expect(idsOf(first.body)).toEqual([id(5), id(4)]);
    const cursor = String(first.body['nextCursor']);
    expect(first.headers.get('link')).toBe(
      `</${UTILITY}/api/v1/sessions?limit=2&state=ended&cursor=${cursor}>; rel="next"`,
    );
    await session(6, { state: 'ended' });
    const second = await get(`/sessions?limit=2&cursor=${cursor}`);
    expect(idsOf(second)).toEqual([id(3), id(2)]);
    const last = await portal.call(
      'GET',
      `/sessions?limit=2&cursor=${String(second['nextCursor'])}`,
    );
    expect([idsOf(last.body), last.body['nextCursor']]).toEqual([[id(1)], null]);
    expect(last.headers.has('link')).toBe(false);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['from=yesterday', 'from'],
    ['role=thief', 'role'],
    ['unknown=1', 'unknown'],
  ])('refuses ?%s and names the parameter', async (query, path) => {
    const { status, body } = await portal.call('GET', `/sessions?${query}`);
    expect([status, body['code']]).toEqual([400, 'malformed_request']);
    expect(body['errors']).toEqual([{ path, message: expect.any(String) }]);
  });

  it('takes a limit above 500 as 500', async () => {
    expect((await portal.call('GET', '/sessions?limit=100000')).status).toBe(200);
  });

  it('narrows sessions by role, partner, state and period', async () => {
    await session(1, { state: 'rated', homeUtility: UTILITY, visitedUtility: 'alabama-power' });
    await session(2, { state: 'rated', homeUtility: 'alabama-power', visitedUtility: UTILITY });
    await session(3, { state: 'ended', homeUtility: UTILITY, visitedUtility: UTILITY });
    expect(idsOf(await get('/sessions?role=home'))).toEqual([id(3), id(1)]);
    expect(idsOf(await get('/sessions?role=visited'))).toEqual([id(3), id(2)]);
    expect(idsOf(await get('/sessions?partner=alabama-power'))).toEqual([id(2), id(1)]);
    expect(idsOf(await get('/sessions?state=ended'))).toEqual([id(3)]);
    expect(idsOf(await get(`/sessions?from=${at(1)}&to=${at(3)}`))).toEqual([id(2), id(1)]);
    expect(idsOf(await get('/sessions?partner=georgia-power'))).toEqual([]);
  });

  it('tells a trace in order: by time, then by the order of the steps; twice told is once', async () => {
    await session(1, { state: 'ended' });
    const step = (name: string, second: number, occurrence = 'o') =>
      portal.context.bus.request(traceSteps, UTILITY, {
        sessionId: id(1),
        steps: [
          {
            step: name as 'swipe',
            occurrence,
            from: 'a',
            to: 'b',
            at: at(second),
            durationMs: 3,
            documentHash: name === 'cdr' ? 'a'.repeat(64) : null,
          },
        ],
      });
    await step('cdr', 5);
    await step('consent', 2);
    await step('quote', 2);
    await step('swipe', 1);
    await step('swipe', 1);
    await step('meter', 4, 'm2');
    await step('meter', 4, 'm1');
    const { items } = await get(`/sessions/${id(1)}/trace`);
    expect((items as { step: string }[]).map((item) => item.step)).toEqual([
      'swipe',
      'quote',
      'consent',
      'meter',
      'meter',
      'cdr',
    ]);
    expect((items as object[])[0]).toEqual({
      at: at(1),
      step: 'swipe',
      from: 'a',
      to: 'b',
      durationMs: 3,
    });
    expect((items as object[]).at(-1)).toMatchObject({ documentHash: 'a'.repeat(64) });
    expect((await portal.call('GET', `/sessions/${id(2)}/trace`)).status).toBe(404);
  });

  it('reads what was written: owners deliver first, AAA before settlement', async () => {
    portal.services.replies(drainAaa, async () => {
      await session(1, { state: 'ended' });
      return {};
    });
    portal.services.replies(drainSettlement, async () => {
      await session(1, { state: 'rated', cdrId: id(7) }, 'settlement');
      return {};
    });
    expect(await get(`/sessions/${id(1)}`)).toMatchObject({ state: 'rated', cdrId: id(7) });
    expect(portal.services.subjects()).toEqual(['aaa.drain', 'settlement.drain']);
  });
});

describe('the read model of services that hang', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest(null, { boundMs: 20, patienceMs: 60 });
  });
  afterAll(() => portal.stop());

  it('answers what it has', async () => {
    const data = { state: 'ended', flags: [] };
    await portal.publish({ kind: 'session', id: id(1), facet: 'aaa', sortAt: at(1), data });
    portal.services.replies(drainAaa, () => new Promise(() => undefined));
    const { body } = await portal.call('GET', `/sessions/${id(1)}`);
    expect(body).toMatchObject({ state: 'ended' });
  });

  it('says of nothing that it is not there', async () => {
    portal.services.replies(drainAaa, () => new Promise(() => undefined));
    const { status, body } = await portal.call('GET', `/stations/NEW-001`);
    expect([status, body]).toMatchObject([503, { code: 'peer_unreachable' }]);
    portal.services.replies(drainAaa, () => ({}));
  });
});
