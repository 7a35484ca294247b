import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const DUKE = 'duke-energy';
const ENERGY = { type: 'ENERGY', price: 0.31, step_size: 1 };

const tariff = (changes: object = {}): Record<string, unknown> => ({
  country_code: 'US',
  party_id: 'DUK',
  id: 'scenario-ac',
  currency: 'USD',
  elements: [{ price_components: [ENERGY] }],
  last_updated: '2026-01-01T00:00:00Z',
  ...changes,
});
const priced = (component: object): Record<string, unknown> =>
  tariff({ elements: [{ price_components: [{ ...ENERGY, ...component }] }] });
const restricted = (...restrictions: object[]): Record<string, unknown> =>
  tariff({
    elements: restrictions.map((one) => ({ price_components: [ENERGY], restrictions: one })),
  });

const PRICE = 'document.elements.0.price_components.0.price';
const STEP = 'document.elements.0.price_components.0.step_size';

/** facts B120; each is refused with a pointer to what is wrong. */
const B120: [string, Record<string, unknown>, string][] = [
  ['a negative price', priced({ price: -0.01 }), PRICE],
  ['a price of 1e9', priced({ price: 1e9 }), PRICE],
  ['a price with 7 decimals', priced({ price: '0.1234567' }), PRICE],
  [
    'times that overlap',
    restricted(
      { start_time: '06:00', end_time: '22:00' },
      { start_time: '20:00', end_time: '08:00' },
    ),
    'document.elements.1.restrictions.start_time',
  ],
  [
    'a price that never applies',
    restricted({}, { start_time: '20:00', end_time: '08:00' }),
    'document.elements.1.price_components.0',
  ],
  [
    'a gap in the night',
    restricted({ start_time: '06:00', end_time: '22:00' }),
    'document.elements',
  ],
  ['a gap from 20 kWh on', restricted({ max_kwh: 20 }), 'document.elements'],
  [
    'an end before its start',
    tariff({ start_date_time: '2031-01-02T00:00:00Z', end_date_time: '2031-01-01T00:00:00Z' }),
    'document.end_date_time',
  ],
  [
    'a start in the past',
    tariff({ start_date_time: '2020-01-01T00:00:00Z' }),
    'document.start_date_time',
  ],
  ['a step of zero', priced({ step_size: 0 }), STEP],
  [
    'a time step of 0 s',
    tariff({
      elements: [{ price_components: [ENERGY, { type: 'TIME', price: 1, step_size: 0 }] }],
    }),
    'document.elements.0.price_components.1.step_size',
  ],
  [
    'an element without prices',
    tariff({ elements: [{ price_components: [] }] }),
    'document.elements.0.price_components',
  ],
  ['no element at all', tariff({ elements: [] }), 'document.elements'],
  [
    'a time of 25:00',
    restricted({ start_time: '25:00', end_time: '06:00' }),
    'document.elements.0.restrictions.start_time',
  ],
  [
    'an hour that clocks leave out',
    restricted(
      { start_date: '2027-03-14', end_date: '2027-03-15', start_time: '02:00', end_time: '03:00' },
      {},
    ),
    'document.elements.0.restrictions.start_time',
  ],
  ["another currency than the utility's", tariff({ currency: 'CAD' }), 'document.currency'],
];

describe('tariffs are written by one person, read by another, and never change once published', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const draft = (document: object): Promise<Answer> =>
    gateway.api(DUKE, 'POST', '/tariffs', {
      customerClass: 'residential',
      stationClass: 'DC',
      document,
    });
  const versionOf = (answer: Answer): string =>
    `/tariffs/${text(answer.body, 'tariffId')}/versions/1`;

  it.each(B120)('B120: refuses %s', async (_, document, path) => {
    const answer = await draft(document);
    expect(answer.status).toBe(422);
    expect(at(answer.body, 'code')).toBe('invalid_tariff');
    const paths = list(answer.body, 'errors').map((one) => at(one, 'path'));
    expect(paths).toContain(path);
  });

  it('B119: refuses that the author, or who changed it, publishes', async () => {
    const drafted = await draft(tariff());
    expect(drafted.status).toBe(201);
    const version = versionOf(drafted);
    const own = await gateway.api(DUKE, 'POST', `${version}/publish`);
    expect([own.status, at(own.body, 'code')]).toEqual([403, 'four_eyes']);
    const changed = await gateway.api(
      DUKE,
      'PUT',
      version,
      { document: priced({ price: 0.32 }) },
      { ifMatch: drafted.headers.get('etag') },
    );
    expect(changed.status).toBe(200);
    const published = await gateway.api(DUKE, 'POST', `${version}/publish`, undefined, {
      as: 'approver',
    });
    expect([published.status, at(published.body, 'state')]).toEqual([200, 'published']);
  });

  it('B121: neither changes nor deletes a published version', async () => {
    const version = versionOf(await draft(tariff()));
    const before = await gateway.api(DUKE, 'POST', `${version}/publish`, undefined, {
      as: 'approver',
    });
    for (const [method, body] of [
      ['PUT', { document: tariff() }],
      ['PATCH', { document: tariff() }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await gateway.api(DUKE, method, version, body);
      expect([answer.status, at(answer.body, 'code')]).toEqual([409, 'immutable']);
    }
    const after = await gateway.api(DUKE, 'GET', version);
    expect(after.body).toMatchObject(before.body as object);
  });

  it('B122: of two who save at once the second is told', async () => {
    const drafted = await draft(tariff());
    const version = versionOf(drafted);
    const read = await gateway.api(DUKE, 'GET', version);
    const ifMatch = read.headers.get('etag');
    expect(ifMatch).toBe(drafted.headers.get('etag'));
    const save = (price: number): Promise<Answer> =>
      gateway.api(DUKE, 'PUT', version, { document: priced({ price }) }, { ifMatch });
    const [one, other] = await Promise.all([save(0.41), save(0.42)]);
    expect([one.status, other.status].sort()).toEqual([200, 412]);
    const loser = one.status === 412 ? one : other;
    expect(at(loser.body, 'code')).toBe('precondition_failed');
    // whoever has not read the newest state neither publishes nor withdraws it
    const publish = await gateway.api(DUKE, 'POST', `${version}/publish`, undefined, {
      as: 'approver',
      ifMatch,
    });
    expect(publish.status).toBe(412);
    expect((await gateway.api(DUKE, 'DELETE', version, undefined, { ifMatch })).status).toBe(412);
    expect((await gateway.api(DUKE, 'DELETE', version)).status).toBe(428);
    const now = (await gateway.api(DUKE, 'GET', version)).headers.get('etag');
    const withdrawn = await gateway.api(DUKE, 'DELETE', version, undefined, { ifMatch: now });
    expect([withdrawn.status, at(withdrawn.body, 'state')]).toEqual([200, 'withdrawn']);
  });
});
