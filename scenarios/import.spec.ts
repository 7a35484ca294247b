import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, Gateway, list, text } from './gateway.js';

const ALABAMA = 'alabama-power';
const PLAIN = '84000195011000045645';
const GOLD = '84000195011000012374';
const CARD = '04C0FFEE12345680';
const UID = '04AABBCCDDEE80';
const LOST = '04AABBCCDDEE81';

/** Consumers, cards and tariffs come from files: tried first, then taken, line by line; taken twice they are there once. */
describe('objects from CSV', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
  }, 180_000);
  afterAll(async () => {
    await gateway.dispose();
  }, 60_000);

  const over = async (path: string, lines: readonly string[]): Promise<unknown> => {
    const started = await gateway.sendTable(ALABAMA, path, lines.join('\r\n'));
    expect([started.status, at(started.body, 'state')]).toEqual([202, 'running']);
    const address = `/imports/${text(started.body, 'importId')}`;
    let body: unknown;
    await gateway.until(
      async () => {
        ({ body } = await gateway.api(ALABAMA, 'GET', address));
        return at(body, 'state') !== 'running';
      },
      'the import is over',
      60_000,
    );
    return body;
  };
  const swipe = async (cin: string): Promise<unknown> =>
    (
      await gateway.station('ALA-BHM-001', 'POST', '/swipes', {
        connectorId: 1,
        cin,
        medium: 'rfid',
      })
    ).body;

  it('a card is tried, taken, and is there already', async () => {
    const lines = ['cin,number,state', `${PLAIN},${UID},active`, `${PLAIN},${LOST},blocked`];
    expect(await over('/imports/cards?dryRun=true', lines)).toMatchObject({
      kind: 'cards',
      dryRun: true,
      created: 2,
      failed: 0,
    });
    expect(await over('/imports/cards', lines)).toMatchObject({ rows: 2, done: 2, created: 2 });
    expect(await over('/imports/cards', lines)).toMatchObject({ created: 0, unchanged: 2 });
    const found = await gateway.api(ALABAMA, 'POST', '/consumers/search', { cin: PLAIN });
    const consumerId = text(found.body, 'items.0.consumerId');
    const cards = await gateway.api(ALABAMA, 'GET', `/consumers/${consumerId}/cards`);
    // lines are taken at the same time: either card may be the first
    const held = list(cards.body, 'items').map((card) => [at(card, 'masked'), at(card, 'state')]);
    expect(held.sort()).toEqual([
      ['•••80', 'active'],
      ['•••81', 'blocked'],
    ]);
  });

  it('each line that cannot be taken is named by its number and column, and shows no number', async () => {
    const body = await over('/imports/cards', [
      'cin,number,kind',
      `${GOLD},${UID},card`,
      `${PLAIN},12,card`,
      `${PLAIN},${UID},loyalty`,
      `84000195011000099993,${UID},card`,
      `,${UID},card`,
    ]);
    const errors = list(body, 'errors').map((one) => [at(one, 'line'), at(one, 'path')]);
    expect(errors).toEqual([
      [2, 'number'],
      [3, 'number'],
      [4, 'kind'],
      [5, expect.stringMatching(/^(cin)?$/)],
      [6, 'cin'],
    ]);
    for (const secret of [UID, CARD, PLAIN, GOLD])
      expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('a tariff becomes a draft, which another person publishes; its change is its next version', async () => {
    const header =
      'id,customerClass,stationClass,energyPricePerKwh,nightEnergyPricePerKwh,nightFrom,nightTo,parkingPricePerHour,taxes';
    const line = (price: string): string =>
      `summer-ac,residential,AC,${price},0.15,22:00,06:00,1.20,State tax=4; City tax=1.5`;
    const tried = await over('/imports/tariffs?dryRun=true', [header, line('0.25')]);
    expect(tried).toMatchObject({ kind: 'tariffs', created: 1, failed: 0 });
    const drafts = async (): Promise<readonly unknown[]> =>
      list((await gateway.api(ALABAMA, 'GET', '/tariffs?limit=500')).body, 'items').filter(
        (one) => at(one, 'document.id') === 'summer-ac',
      );
    expect(await drafts()).toEqual([]);
    expect(await over('/tariffs', [header, line('0.25')])).toMatchObject({ created: 1 });
    expect(await over('/tariffs', [header, line('0.25')])).toMatchObject({ unchanged: 1 });
    const [draft] = await drafts();
    expect(at(draft, 'document.elements')).toMatchObject([
      {
        price_components: [{ type: 'ENERGY', price: '0.25' }],
        restrictions: { start_time: '06:00', end_time: '22:00' },
      },
      { restrictions: { start_time: '22:00', end_time: '06:00' } },
      { price_components: [{ type: 'PARKING_TIME', price: '1.20' }] },
    ]);
    const path = `/tariffs/${text(draft, 'tariffId')}/versions/1/publish`;
    const options = { ifMatch: '*' };
    const own = await gateway.api(ALABAMA, 'POST', path, undefined, options);
    expect([own.status, at(own.body, 'code')]).toEqual([403, 'four_eyes']);
    const published = await gateway.api(ALABAMA, 'POST', path, undefined, {
      ...options,
      as: 'approver',
    });
    expect(published.status).toBe(200);
    expect(await over('/tariffs', [header, line('0.27')])).toMatchObject({ created: 1 });
    expect((await drafts()).map((one) => at(one, 'version')).sort()).toEqual([1, 2]);
    const wrong = await over('/tariffs', [
      header,
      line('a lot'),
      'half,residential,AC,0.20,0.15,,,,',
      'odd,residential,AC,0.20,,,,,State tax',
    ]);
    expect(list(wrong, 'errors').map((one) => [at(one, 'line'), at(one, 'path')])).toEqual([
      [2, 'energyPricePerKwh'],
      [3, 'nightEnergyPricePerKwh'],
      [4, 'taxes'],
    ]);
  });

  it('a table far larger than any other body is taken, and its errors are told up to a bound', async () => {
    const lines = Array.from(
      { length: 16_000 },
      (_, line) => `${PLAIN},industrial,none ${String(line)},${'x'.repeat(60)}`,
    );
    const body = await over('/consumers', ['cin,customerClass,planId,contractId', ...lines]);
    expect(body).toMatchObject({ state: 'done', rows: 16_000, done: 16_000, failed: 16_000 });
    const errors = list(body, 'errors');
    expect(errors).toHaveLength(1_000);
    expect(errors[0]).toMatchObject({ line: 2, path: 'customerClass' });
    const other = 'x'.repeat(1_048_577);
    const refused = await gateway.sendTable(ALABAMA, '/bills', other);
    expect([refused.status, at(refused.body, 'code')]).toEqual([413, 'payload_too_large']);
  });

  it('and who has an imported card charges as before', async () => {
    expect(at(await swipe(PLAIN), 'decision')).toBe('quoted');
  });
});
