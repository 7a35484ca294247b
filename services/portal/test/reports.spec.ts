import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REPORT_NAMES } from '../src/reports/all-reports.js';
import { portalUnderTest, type PortalUnderTest } from './portal-under-test.js';
import { writeCsv } from '../src/http/csv.js';

const id = (number: number): string =>
  `019abcde-0000-7000-8000-${String(number).padStart(12, '0')}`;
const station = (stationId: string, provider: string): object => ({
  document: { provider, evses: [{ powerW: '22000' }, { powerW: '22000' }] },
  stationId,
});

interface Seen {
  readonly at: string;
  readonly [member: string]: unknown;
}

/** What the read model holds: three charges, a refusal for each of several reasons, and suspense. */
const SESSIONS: readonly Seen[] = [
  { at: '2026-11-20T10:00:00Z', cdrId: id(101), energyKwh: '10.000', minutes: 60 },
  { at: '2026-11-20T10:30:00Z', cdrId: id(102), energyKwh: '5.000', minutes: 30, stationId: 'S-2' },
  {
    at: '2026-11-21T09:00:00Z',
    cdrId: id(103),
    energyKwh: '1.250',
    minutes: 15,
    home: 'duke-energy',
  },
  ...Array.from({ length: 5 }, (_, index) => ({
    at: `2026-11-21T12:0${String(index)}:00Z`,
    reason: 'cin_malformed',
  })),
  { at: '2026-11-21T13:00:00Z', reason: 'consumer_blocked' },
  { at: '2026-11-21T13:05:00Z', reason: 'consumer_blocked' },
  { at: '2026-11-21T14:00:00Z', reason: 'concurrent_session' },
  { at: '2026-11-21T15:00:00Z', reason: 'connector_occupied' },
];

describe('reports', () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await portalUnderTest();
    const publish = (
      kind: 'session' | 'cdr' | 'station' | 'suspense',
      key: string,
      sortAt: string,
      data: object,
    ) =>
      portal.publish({
        kind,
        id: key,
        facet: kind === 'cdr' ? 'settlement' : 'aaa',
        sortAt,
        data: JSON.parse(JSON.stringify(data)) as Record<string, never>,
      });
    await publish('station', 'S-1', '2026-11-01T00:00:00Z', station('S-1', 'parking'));
    await publish('station', 'S-2', '2026-11-01T00:00:00Z', station('S-2', 'malls'));
    for (const [index, seen] of SESSIONS.entries()) {
      const { at, cdrId = null, energyKwh = null, reason = null, stationId = 'S-1' } = seen;
      const home = seen['home'] ?? 'alabama-power';
      const minutes = seen['minutes'];
      const endAt =
        typeof minutes === 'number'
          ? new Date(Date.parse(at) + minutes * 60_000).toISOString()
          : null;
      await publish('session', id(index), at, {
        stationId,
        homeUtility: home,
        visitedUtility: 'duke-energy',
        state: reason === null ? 'rated' : 'refused',
        reason,
        cdrId,
        energyKwh,
        cinMasked: '8400019501••••••••74',
        medium: 'rfid',
        assurance: 'claimed',
        authorizedBy: 'home',
        consent: reason === null ? { channel: 'ocpp' } : null,
        startAt: reason === null ? at : null,
        endAt,
        meter:
          energyKwh === null
            ? null
            : { startWh: '0', stopWh: String(Math.round(Number(energyKwh) * 1_000)) },
        flags: index === 0 ? ['offline'] : [],
      });
      if (cdrId === null) continue;
      await publish('cdr', cdrId as string, at, {
        state: index === 1 ? 'held' : 'accepted',
        document: {
          energyKwh,
          currency: 'USD',
          pseudonym: 'ps-1',
          lines: [{ amount: '1.00' }, { amount: '0.50' }],
          totalExclTax: index === 2 ? '1.51' : '1.50',
          totalInclTax: '1.60',
          issuedAt: endAt,
        },
        shares: {
          provider: stationId === 'S-1' ? 'parking' : 'malls',
          commission: '0.10',
          providerShare: '0.30',
          own: '1.10',
        },
      });
    }
    await publish('suspense', id(900), '2026-11-21T16:00:00Z', {
      stationId: 'S-1',
      sessionId: null,
      code: 'register_falls',
      detail: '=HYPERLINK("x")',
      state: 'open',
    });
  });
  afterAll(() => portal.stop());

  const rows = async (name: string, query = ''): Promise<unknown> =>
    (await portal.call('GET', `/reports/${name}${query}`)).body['items'];

  it('usage: by role and partner', async () => {
    expect(await rows('usage')).toEqual([
      expect.objectContaining({
        role: 'domestic',
        partner: 'duke-energy',
        sessions: 1,
        energyKwh: '1.250',
        totalExclTax: '1.51',
      }),
      expect.objectContaining({
        role: 'visited',
        partner: 'alabama-power',
        currency: null,
        sessions: 9,
        charged: 0,
        refused: 9,
        energyKwh: '0.000',
      }),
      expect.objectContaining({
        role: 'visited',
        partner: 'alabama-power',
        currency: 'USD',
        charged: 2,
        energyKwh: '15.000',
        totalInclTax: '3.20',
      }),
    ]);
  });

  it('duration: by station, in seconds', async () => {
    expect(await rows('duration')).toEqual([
      {
        stationId: 'S-1',
        charges: 2,
        totalSeconds: 4_500,
        shortestSeconds: 900,
        medianSeconds: 900,
        longestSeconds: 3_600,
      },
      expect.objectContaining({ stationId: 'S-2', totalSeconds: 1_800 }),
    ]);
  });

  it('volume: by day and station', async () => {
    expect(await rows('volume', '?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z')).toEqual([
      expect.objectContaining({ day: '2026-11-20', stationId: 'S-1', energyKwh: '10.000' }),
      expect.objectContaining({ day: '2026-11-20', stationId: 'S-2', energyKwh: '5.000' }),
    ]);
  });

  it('service types', async () => {
    expect(await rows('service-types')).toEqual([
      expect.objectContaining({ medium: 'rfid', channel: null, sessions: 9, charged: 0 }),
      expect.objectContaining({ medium: 'rfid', channel: 'ocpp', sessions: 3, charged: 3 }),
    ]);
  });

  it('capacity: what was taken of what there is', async () => {
    const period = '?from=2026-11-20T00:00:00Z&to=2026-11-22T00:00:00Z';
    expect(await rows('capacity', period)).toEqual([
      {
        stationId: 'S-1',
        connectors: 2,
        powerW: 44_000,
        charges: 2,
        occupiedSeconds: 4_500,
        energyKwh: '11.250',
        foundOccupied: 1,
        periodSeconds: 172_800,
        occupiedPercent: '1.3',
      },
      expect.objectContaining({ stationId: 'S-2', charges: 1 }),
    ]);
  });

  it('trend: each day beside the days before', async () => {
    expect(await rows('trend')).toEqual([
      expect.objectContaining({ day: '2026-11-20', energyKwh: '15.000', changePercent: null }),
      expect.objectContaining({
        day: '2026-11-21',
        refused: 9,
        meanEnergyKwh: '8.125',
        changePercent: '-91.7',
      }),
    ]);
  });

  it('failed attempts: by reason', async () => {
    const [first, second] = (await rows('failed-attempts')) as Record<string, unknown>[];
    expect(first).toEqual({
      reason: 'cin_malformed',
      stationId: 'S-1',
      homeUtility: 'alabama-power',
      attempts: 5,
      firstAt: '2026-11-21T12:00:00.000Z',
      lastAt: '2026-11-21T12:04:00.000Z',
    });
    expect(second).toMatchObject({ reason: 'consumer_blocked', attempts: 2 });
  });

  it('accuracy: what differs', async () => {
    const found = (await rows('accuracy')) as { check: string; differing: number }[];
    expect(found.map(({ check, differing }) => [check, differing])).toEqual([
      ['energyAsMetered', 0],
      ['linesSumToTotal', 1],
      ['acceptedByHome', 1],
      ['toldInTime', 1],
      ['meteredToTheEnd', 0],
      ['notInSuspense', 0],
    ]);
  });

  it('unlawful use: each suspicion with a reason', async () => {
    const found = (await rows('unlawful-use')) as { rule: string; reason: string }[];
    expect(found.map(({ rule }) => rule).sort()).toEqual([
      'blocked_consumer_returns',
      'card_tried_elsewhere',
      'meter_contradicts',
      'numbers_probed',
      'two_places_at_once',
    ]);
    expect(found.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  it.each(REPORT_NAMES)('%s: as CSV and JSON lines, with nothing to report too', async (name) => {
    const token = await portal.sign();
    const read = async (query: string, accept: string) => {
      const answer = await fetch(`${portal.origin}/duke-energy/api/v1/reports/${name}${query}`, {
        headers: { authorization: `Bearer ${token}`, accept },
      });
      return {
        status: answer.status,
        type: answer.headers.get('content-type'),
        text: await answer.text(),
      };
    };
    const csv = await read('', 'text/csv');
    expect(csv).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
    expect(csv.text.split('\r\n').length).toBeGreaterThan(2);
    expect((await read('?format=csv', 'application/json')).text).toBe(csv.text);
    const lines = await read('?format=jsonl', '*/*');
    expect(
      lines.text
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toContain('object');
    const none = await read('?format=csv&to=2001-01-01T00:00:00Z', '*/*');
    expect(none.status).toBe(200);
  });

  it('narrowed to a partner, to a station, and to what a provider owns', async () => {
    expect(await rows('duration', '?station=S-2')).toHaveLength(1);
    expect(await rows('usage', '?partner=georgia-power')).toEqual([]);
    const token = await portal.sign({ provider: 'malls', scope: 'sessions:read' });
    const { status } = await portal.call('GET', '/reports/usage', { token });
    expect(status).toBe(403);
  });

  it('scorecards: what a partner accepts, how fast and at what price', async () => {
    expect(await rows('scorecards')).toEqual([
      {
        partner: 'alabama-power',
        role: 'visited',
        currency: 'USD',
        charges: 2,
        accepted: 1,
        held: 1,
        acceptancePercent: '50.0',
        medianDelaySeconds: 0,
        invoices: 0,
        disputed: 0,
        energyKwh: '15.000',
        totalExclTax: '3.00',
        pricePerKwh: '0.200000',
        unreachable: 0,
      },
    ]);
  });

  describe('the statement of a provider', () => {
    const read = async (claims: Record<string, unknown>, query = '') =>
      portal.call('GET', `/provider/statement${query}`, { token: await portal.sign(claims) });
    const parking = { provider: 'parking', scope: 'sessions:read' };

    it('has its own stations’ charges and their sum', async () => {
      const { status, body } = await read(parking);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        provider: 'parking',
        totals: [{ currency: 'USD', charges: 2, totalExclTax: '3.01', share: '0.60' }],
        items: [
          { sessionId: id(0), stationId: 'S-1', energyKwh: '10.000', share: '0.30' },
          { sessionId: id(2), stationId: 'S-1', energyKwh: '1.250' },
        ],
      });
    });

    it.each<[string, Record<string, unknown>, string, number]>([
      ['another provider’s', parking, '?provider=malls', 404],
      ['its own by name', parking, '?provider=parking', 200],
      ['for staff that names none', {}, '', 400],
      ['for staff', {}, '?provider=malls', 200],
      ['of nobody', {}, '?provider=nobody', 200],
    ])('%s', async (_what, claims, query, status) => {
      expect((await read(claims, query)).status).toBe(status);
    });
  });

  it.each([
    ['/reports/nonsense', 404],
    ['/reports/usage?format=xlsx', 400],
    ['/reports/usage?from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z', 422],
    ['/reports/usage?from=yesterday', 400],
    ['/reports/usage?secret=1', 400],
  ])('%s → %d', async (path, status) => {
    expect((await portal.call('GET', path)).status).toBe(status);
  });
});

describe('B118 a cell of CSV is never a formula', () => {
  it.each([
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+1+2', "'+1+2"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['-12.50', '-12.50'],
    ['a,b', '"a,b"'],
    ['two\nlines', '"two\nlines"'],
    [null, ''],
    [7, '7'],
  ])('%j', (cell, expected) => {
    expect(writeCsv(['c'], [{ c: cell }])).toBe(`c\r\n${expected}\r\n`);
  });
});
