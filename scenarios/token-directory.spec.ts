import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation16 } from '../tools/src/station/simulated-station-16.js';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

/** in force at every partner within a minute */
const IN_FORCE_MS = 60_000;

/** A card's number names nobody. Home tells its partners by keyed hashes whose it is, and whether it is lost. */
describe('cards in the token directory', () => {
  let gateway: Gateway;
  let station: SimulatedStation16;
  let uid: string;

  beforeAll(async () => {
    gateway = await Gateway.start();
    uid = gateway.credentials.cards[GOLD]?.uid ?? '';
    station = await connect('DUKE-CLT-001');
  });

  afterAll(async () => {
    await station.close();
    await gateway.dispose();
  });

  async function connect(stationId: string): Promise<SimulatedStation16> {
    const connected = await SimulatedStation16.connect(gateway.ocppAddress(stationId));
    await connected.boot();
    return connected;
  }

  const accepted = (idTag: string, expected: string): Promise<void> =>
    gateway.until(
      async () => (await station.authorize(idTag)) === expected,
      `the card is ${expected}`,
      IN_FORCE_MS,
    );

  async function consumerId(cin: string): Promise<string> {
    const found = await gateway.api('alabama-power', 'POST', '/consumers/search', { cin });
    return text(found.body, 'items.0.consumerId');
  }

  const cards = async (cin: string): Promise<Answer> =>
    gateway.api('alabama-power', 'GET', `/consumers/${await consumerId(cin)}/cards`);

  it('are known at the visited utility, in either case of their letters', async () => {
    expect(uid).not.toBe('');
    await accepted(uid, 'Accepted');
    expect(await station.authorize(uid.toLowerCase())).toBe('Accepted');
    const sessions = await gateway.api('duke-energy', 'GET', '/sessions?role=visited');
    const [newest] = list(sessions.body, 'items');
    expect(newest).toMatchObject({ homeUtility: 'alabama-power', state: 'quoted' });
    expect(text(newest, 'cinMasked')).toBe(`${'•'.repeat(12)}${uid.slice(-2)}`);
    expect(await station.authorize('04FFFFFFFFFFFF')).toBe('Invalid');
  });

  it('that are lost are blocked at home and abroad, while the CIN still charges', async () => {
    const listed = await cards(GOLD);
    expect(list(listed.body, 'items')).toMatchObject([{ kind: 'card', state: 'active' }]);
    const path = `/consumers/${await consumerId(GOLD)}/cards/${text(listed.body, 'items.0.cardId')}`;
    const blocked = await gateway.api('alabama-power', 'PATCH', path, { state: 'blocked' });
    expect(blocked.body).toMatchObject({ masked: `•••${uid.slice(-2)}`, state: 'blocked' });
    await accepted(uid, 'Blocked');
    const atHome = await connect('ALA-BHM-001');
    expect(await atHome.authorize(uid)).toBe('Blocked');
    await atHome.close();
    const charged = await charge(gateway, { cin: GOLD, energyWh: 1_000, minutes: 6 });
    expect(at(charged.stop.body, 'state')).toBe('ended');
    await gateway.api('alabama-power', 'PATCH', path, { state: 'active' });
    await accepted(uid, 'Accepted');
  });

  it('are given to a consumer later, a loyalty number as well', async () => {
    const id = await consumerId(ALABAMA_PLAIN);
    const add = (kind: string, number: string): Promise<Answer> =>
      gateway.api('alabama-power', 'POST', `/consumers/${id}/cards`, { kind, number });
    expect((await add('card', '04C0FFEE04C0FF')).status).toBe(201);
    expect((await add('loyalty', '70071234567890')).status).toBe(201);
    await accepted('04C0FFEE04C0FF', 'Accepted');
    await accepted('70071234567890', 'Accepted');
    expect((await add('card', uid)).status).toBe(409);
    expect((await add('card', 'no number')).status).toBe(400);
    const foreign = await gateway.api('duke-energy', 'GET', `/consumers/${id}/cards`);
    expect(foreign.status).toBe(404);
  });
});
