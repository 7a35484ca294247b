import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

/** a bound for a busy machine; nothing waits for it */
const TEST_BOUND_MS = 240_000;
const HOME = 'alabama-power';
const LIMIT_KWH = 100;
const LIMIT_CENTS = 4_000;

type Place = readonly [stationId: string, connectorId: number];

/** station, connector: four places of three utilities, one of them the driver's own */
const PLACES: readonly Place[] = [
  ['DUKE-CLT-001', 1],
  ['DUKE-RDU-002', 1],
  ['GEO-ATL-001', 1],
  ['ALA-BHM-001', 1],
  ['DUKE-CLT-001', 2],
  ['ALA-BHM-001', 2],
];

/**
 * A driver with a limit of 100 kWh and 40.00 swipes at several utilities at once. However it falls out, what
 * their mandates together allow is never above the limit.
 */
describe('the caps of a consumer’s open mandates', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
    const found = await gateway.api(HOME, 'POST', '/consumers/search', { cin: GOLD });
    const consumerId = text(found.body, 'items.0.consumerId');
    const changed = await gateway.api(HOME, 'PATCH', `/consumers/${consumerId}`, {
      limitEnergyKwh: String(LIMIT_KWH),
      limitAmount: '40.00',
    });
    expect(changed.status).toBe(200);
  }, 180_000);

  afterAll(async () => {
    await gateway.dispose();
  }, 30_000);

  const swipe = ([stationId, connectorId]: Place): Promise<Answer> =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId, cin: GOLD, medium: 'rfid' });

  async function openCaps(): Promise<{ kWh: number; cents: number; mandates: number }> {
    const utilities = [HOME, 'duke-energy', 'georgia-power'];
    const held = await Promise.all(
      utilities.map(async (utility) =>
        list(
          (await gateway.api(utility, 'GET', '/mandates?role=visited&state=active')).body,
          'items',
        ),
      ),
    );
    const mandates = held.flat().filter((one) => at(one, 'document.homeUtility') === HOME);
    const sum = (path: string): number =>
      mandates.reduce<number>((total, one) => total + Number(text(one, path)), 0);
    return {
      kWh: sum('document.energyCapKwh'),
      cents: Math.round(sum('document.moneyCap.amount') * 100),
      mandates: mandates.length,
    };
  }

  it(
    'are never above the limit, when six places of three utilities ask at once',
    async () => {
      const swipes = await Promise.all([...PLACES, ...PLACES].map(swipe));
      const decisions = swipes.map(({ body }) => at(body, 'reason') ?? at(body, 'decision'));
      expect(decisions).toContain('quoted');
      expect(decisions).not.toContain('credential_rejected');
      await gateway.until(async () => (await openCaps()).mandates >= 3, 'the mandates are shown');
      const { kWh, cents } = await openCaps();
      expect(kWh).toBeLessThanOrEqual(LIMIT_KWH);
      expect(cents).toBeLessThanOrEqual(LIMIT_CENTS);
    },
    TEST_BOUND_MS,
  );

  it(
    'and a lowered limit leaves no room for a new one elsewhere',
    async () => {
      const found = await gateway.api(HOME, 'POST', '/consumers/search', { cin: GOLD });
      const consumerId = text(found.body, 'items.0.consumerId');
      await gateway.api(HOME, 'PATCH', `/consumers/${consumerId}`, {
        limitEnergyKwh: '10',
        limitAmount: '4.00',
      });
      const abroad = await swipe(['NOR-TOR-001', 1]);
      expect(abroad.body).toMatchObject({ decision: 'refused', reason: 'credit_exhausted' });
    },
    TEST_BOUND_MS,
  );
});
