import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createConsumer, findConsumer, readPlan } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { readCsv } from '../src/http/csv-reader.js';
import { portalUnderTest, type PortalUnderTest } from './portal-under-test.js';
import { consumerView } from './samples.js';

const HEADER = 'cin,customerClass,planId,tier,maxConcurrentSessions,preAgreedPrice';
const row = (cin: string, rest = 'residential,home,none,1,false'): string => `${cin},${rest}`;
const CIN = '84005416011000055516';
const OTHER = '84005416012000012317';

describe('consumers from CSV', () => {
  let portal: PortalUnderTest;
  let known: Set<string>;

  beforeAll(async () => {
    portal = await portalUnderTest();
  });
  afterAll(() => portal.stop());
  beforeEach(() => {
    known = new Set();
    portal.services.asked.length = 0;
    const settings = {
      ...consumerView.settings,
      customerClass: 'residential' as const,
      planId: 'home',
      tier: 'none' as const,
      paymentMode: 'postPaid' as const,
      currency: 'USD' as const,
      limitEnergyKwh: '1000',
      limitAmount: '1000.00',
      maxConcurrentSessions: 1,
      preAgreedPrice: false,
    };
    const view = { ...consumerView, settings, state: 'active' as const };
    portal.services.replies(findConsumer, ({ cin }) => {
      if (!/^\d{20}$/.test(cin)) throw new RoamgridError('invalid_cin', 'not a CIN');
      return { consumer: known.has(cin) ? view : null };
    });
    portal.services.replies(readPlan, ({ planId }) => ({
      plan: planId === 'home' ? { version: 1, hash: 'a'.repeat(64) } : null,
    }));
    portal.services.replies(createConsumer, ({ cin }) => {
      known.add(cin);
      return view;
    });
  });

  const send = (csv: string, path = '/consumers', headers: Record<string, string> = {}) =>
    portal.call('POST', path, { raw: csv, headers: { 'content-type': 'text/csv', ...headers } });
  const over = async (csv: string, path?: string): Promise<Record<string, unknown>> => {
    const started = await send(csv, path);
    expect([started.status, started.body['state']]).toEqual([202, 'running']);
    const address = `/imports/${String(started.body['importId'])}`;
    let { body } = await portal.call('GET', address);
    while (body['state'] === 'running') body = (await portal.call('GET', address)).body;
    return body;
  };

  it('are added, and a second time they are there already', async () => {
    const csv = [HEADER, row(CIN), row(OTHER)].join('\r\n');
    const first = await over(csv);
    expect(first).toMatchObject({ state: 'done', rows: 2, done: 2, created: 2, errors: [] });
    expect(portal.services.requestsOf(createConsumer)).toMatchObject([
      { cin: CIN, settings: { planId: 'home', currency: 'USD', maxConcurrentSessions: 1 } },
      { cin: OTHER },
    ]);
    expect(await over(csv)).toMatchObject({ created: 0, unchanged: 2, failed: 0 });
  });

  it('a dry run says what would be, and changes nothing', async () => {
    const body = await over([HEADER, row(CIN)].join('\n'), '/consumers?dryRun=true');
    expect(body).toMatchObject({ dryRun: true, created: 1, failed: 0 });
    expect(portal.services.requestsOf(createConsumer)).toEqual([]);
  });

  it('a dry run names a plan that is not there', async () => {
    const csv = [HEADER, row(CIN, 'residential,free-for-me,none,1,false')].join('\n');
    const body = await over(csv, '/consumers?dryRun=true');
    expect(body).toMatchObject({ created: 0, failed: 1 });
    expect(body['errors']).toMatchObject([{ line: 2, path: 'planId', code: 'unprocessable' }]);
  });

  it('a line that cannot be taken is named with its number and keeps no other back', async () => {
    known.add(OTHER);
    const body = await over(
      [
        HEADER,
        row('8400541601'),
        row(CIN, 'industrial,home,none,1,false'),
        row(CIN, 'residential,home,none,many,perhaps'),
        `${CIN},residential`,
        '',
        row(OTHER, 'residential,another plan,none,1,false'),
        row('84000195011000012374'),
        row(CIN),
      ].join('\n'),
    );
    expect(body).toMatchObject({ rows: 7, done: 7, created: 1, failed: 6 });
    const errors = body['errors'] as { line: number; path: string; code: string }[];
    expect(errors.map(({ line, path, code }) => [line, path, code])).toEqual([
      [2, '', 'invalid_cin'],
      [3, 'customerClass', 'malformed_request'],
      [4, 'maxConcurrentSessions', 'malformed_request'],
      [4, 'preAgreedPrice', 'malformed_request'],
      [5, '', 'malformed_request'],
      [7, 'planId', 'state_conflict'],
      [8, 'cin', 'unprocessable'],
    ]);
    expect(JSON.stringify(body)).not.toContain('8400541601');
  });

  it.each([
    ['an unknown column', 'cin,customerClass,planId,colour\n', 'colour'],
    ['a column that stands twice', 'cin,cin,customerClass,planId\n', 'cin'],
    ['a missing column', 'cin\n', 'customerClass'],
    ['a quote that is never closed', 'cin,"customerClass\n', '1'],
  ])('%s is refused at once', async (_what, csv, path) => {
    const { status, body } = await send(csv);
    expect([status, body['code']]).toEqual([400, 'malformed_request']);
    expect(body['errors']).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
  });

  it('the same key and the same file give the same import', async () => {
    const headers = { 'idempotency-key': 'once' };
    const csv = [HEADER, row(CIN)].join('\n');
    const [one, two] = [
      await send(csv, '/consumers', headers),
      await send(csv, '/consumers', headers),
    ];
    expect(two.body['importId']).toBe(one.body['importId']);
    expect((await send(`${csv}\n`, '/consumers', headers)).status).toBe(409);
  });

  it('takes no JSON as a table, and shows no import that there is not', async () => {
    const json = await portal.call('POST', '/imports/consumers', { body: {} });
    expect(json.status).toBe(415);
    expect((await portal.call('GET', `/imports/${'0'.repeat(8)}`)).status).toBe(404);
  });
});

describe('CSV is read as editors write it', () => {
  it.each<[string, string, (number | string)[][]]>([
    [
      'LF',
      'a,b\n1,2\n',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'CRLF and no end',
      'a\r\n1',
      [
        [1, 'a'],
        [2, '1'],
      ],
    ],
    ['quotes', '"a,""b"""\n', [[1, 'a,"b"']]],
    [
      'a line break in quotes',
      '"a\nb",c\nd\n',
      [
        [1, 'a\nb', 'c'],
        [3, 'd'],
      ],
    ],
    [
      'blank lines',
      'a\n\n  \nb\n',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    ['a byte order mark', '\uFEFFa\n', [[1, 'a']]],
    ['empty cells', ',\n', [[1, '', '']]],
    ['nothing', '', []],
  ])('%s', (_what, text, expected) => {
    expect(readCsv(text).map(({ line, cells }) => [line, ...cells])).toEqual(expected);
  });
});
