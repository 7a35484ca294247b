import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { charge } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

const FLEET = '84000195013000032191';
const DUKE_DRIVER = '84005416011000055516';
const HOUR_MS = 3_600_000;

type Side = 'visited' | 'home';
const LOADS = ['low', 'normal', 'high'] as const;

/** Visited sells most when its grid is loaded, home's drivers buy most when it is not. */
const WEIGHTS = {
  visited: { low: 2, normal: 4, high: 8 },
  home: { low: 8, normal: 4, high: 2 },
} as const;

/** One price limit all day in each load band, decimal text per kWh. */
const policy = (side: Side, limits: Record<(typeof LOADS)[number], string>, reservation = '0') => ({
  side,
  traded: ['ENERGY'],
  patience: 2,
  reservationPerKwh: reservation,
  bands: LOADS.map((loadBand) => ({
    startTime: '00:00',
    endTime: '00:00',
    loadBand,
    weight: WEIGHTS[side][loadBand],
    [side === 'visited' ? 'costPerKwh' : 'valuePerKwh']: limits[loadBand],
  })),
});

/**
 * Two utilities bargain within their agreement: they meet, they stay under the cap, they fall back to the
 * default, and the load that the visited one announced ahead stands on the record.
 */
describe('a negotiation', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const setPolicy = async (
    utility: string,
    content: ReturnType<typeof policy>,
    classes: { customerClass: string; stationClass: string },
  ): Promise<Answer> => {
    const body = { side: content.side, ...classes, reviewDate: '2099-01-01', policy: content };
    const draft = await gateway.api(utility, 'POST', '/policies', body);
    expect(draft.status).toBe(201);
    const path = `/policies/${text(draft.body, 'policyId')}/versions/${String(at(draft.body, 'version'))}`;
    const own = await gateway.api(utility, 'POST', `${path}/publish`);
    expect([own.status, at(own.body, 'code')]).toEqual([403, 'four_eyes']);
    const published = await gateway.api(utility, 'POST', `${path}/publish`, undefined, {
      as: 'approver',
    });
    expect([published.status, at(published.body, 'state')]).toEqual([200, 'published']);
    return gateway.api(utility, 'GET', path);
  };
  const negotiationOf = async (utility: string, sessionId: string): Promise<unknown> => {
    let negotiation: Answer | undefined;
    await gateway.until(async () => {
      const session = await gateway.api(utility, 'GET', `/sessions/${sessionId}`);
      const id = at(session.body, 'negotiationId');
      negotiation = await gateway.api(utility, 'GET', `/negotiations/${String(id)}`);
      return negotiation.status === 200 && at(negotiation.body, 'outcome') !== undefined;
    }, 'the negotiation can be read');
    return negotiation?.body;
  };
  const termsOf = async (visited: string, home: string): Promise<Record<string, string>> => {
    const agreements = await gateway.api(visited, 'GET', `/agreements?partner=${home}`);
    const terms = list(agreements.body, 'items.0.document.terms');
    const found = terms.find((one) => at(one, 'visitedUtility') === visited);
    return found as Record<string, string>;
  };

  it('meets between floor and cap, once for two drivers who come at the same time', async () => {
    const swipes = await Promise.all(
      ['84000195011000012374', '84000195011000045645'].map((cin, index) =>
        gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
          connectorId: index + 1,
          cin,
          medium: 'rfid',
        }),
      ),
    );
    const negotiations = await Promise.all(
      swipes.map((swipe) => negotiationOf('duke-energy', text(swipe.body, 'sessionId'))),
    );
    const [one, other] = negotiations.map((negotiation) => text(negotiation, 'negotiationId'));
    expect(one).toBe(other);
    expect(at(negotiations[0], 'outcome')).toBe('agreed');
    const { priceFloorPerKwh, priceCapPerKwh } = await termsOf('duke-energy', 'alabama-power');
    const offers = list(negotiations[0], 'offers');
    expect(offers.map((offer) => at(offer, 'by')).slice(0, 4)).toEqual([
      'visited',
      'home',
      'visited',
      'home',
    ]);
    const prices = offers
      .flatMap((offer) => (at(offer, 'move') === 'offer' ? list(offer, 'schedule') : []))
      .map((band) => Number(text(band, 'pricePerKwh')));
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(Number(priceFloorPerKwh));
    expect(Math.max(...prices)).toBeLessThanOrEqual(Number(priceCapPerKwh));
    expect(list(negotiations[0], 'agreedTariff.signatures')).toHaveLength(2);
    let home: unknown;
    await gateway.until(async () => {
      home = (await gateway.api('alabama-power', 'GET', `/negotiations/${one ?? ''}`)).body;
      return at(home, 'outcome') !== undefined;
    }, 'home has the outcome');
    expect(at(home, 'agreedTariff')).toEqual(at(negotiations[0], 'agreedTariff'));
  });

  it('falls back to the default of the agreement where home wants more than there is', async () => {
    const limits = { low: '0.30', normal: '0.30', high: '0.30' };
    const published = await setPolicy('alabama-power', policy('home', limits, '0.25'), {
      customerClass: 'commercial',
      stationClass: 'AC',
    });
    expect(at(published.body, 'version')).toBe(2);
    const swipe = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 1,
      cin: FLEET,
      medium: 'rfid',
    });
    expect(at(swipe.body, 'decision')).toBe('quoted');
    const negotiation = await negotiationOf('duke-energy', text(swipe.body, 'sessionId'));
    expect(at(negotiation, 'outcome')).toBe('defaultApplied');
    expect(at(list(negotiation, 'offers').at(-1), 'move')).toBe('walkAway');
  });

  it('bargains by load, and the band announced ahead stands on the CDR that home re-rates', async () => {
    const classes = { customerClass: 'residential', stationClass: 'DC' };
    const { priceFloorPerKwh = '0', priceCapPerKwh = '0' } = await termsOf(
      'georgia-power',
      'duke-energy',
    );
    const [floor, cap] = [Number(priceFloorPerKwh), Number(priceCapPerKwh)];
    const price = (part: number): string => (floor + (cap - floor) * part).toFixed(4);
    await setPolicy(
      'georgia-power',
      policy('visited', { low: price(0.1), normal: price(0.2), high: price(0.3) }),
      classes,
    );
    await setPolicy(
      'duke-energy',
      policy('home', { low: price(0.9), normal: price(0.9), high: price(0.95) }),
      classes,
    );
    const nowMs = Date.now();
    const from = new Date(Math.ceil((nowMs + 60_000) / 60_000) * 60_000).toISOString();
    const to = new Date(Date.parse(from) + 6 * HOUR_MS).toISOString();
    const signal = await gateway.api('georgia-power', 'POST', '/load-signals', {
      stationClass: 'DC',
      bands: [{ from, to, loadBand: 'high' }],
    });
    expect(signal.status).toBe(201);
    const again = await gateway.api('georgia-power', 'POST', '/load-signals', {
      stationClass: 'DC',
      bands: [{ from, to, loadBand: 'low' }],
    });
    expect([again.status, at(again.body, 'code')]).toEqual([409, 'immutable']);
    await gateway.until(async () => {
      const received = await gateway.api('duke-energy', 'GET', '/load-signals?direction=received');
      return list(received.body, 'items').some(
        (one) => at(one, 'documentHash') === at(signal.body, 'documentHash'),
      );
    }, 'the partner has the signal');
    const { sessionId, swipe } = await charge(gateway, {
      stationId: 'GEO-ATL-001',
      cin: DUKE_DRIVER,
      energyWh: 10_000,
      // half of it after the band begins: a station's clock may be minutes ahead
      minutes: 16,
      endedMinutesAgo: -8,
    });
    expect(at(swipe.body, 'decision')).toBe('quoted');
    await gateway.until(async () => {
      const session = await gateway.api('duke-energy', 'GET', `/sessions/${sessionId}`);
      return at(session.body, 'state') === 'rated';
    }, 'home has rated the session');
    const session = await gateway.api('duke-energy', 'GET', `/sessions/${sessionId}`);
    const cdrPath = `/cdrs/${text(session.body, 'cdrId')}`;
    await gateway.until(async () => {
      const rated = await gateway.api('duke-energy', 'GET', cdrPath);
      return at(rated.body, 'state') === 'accepted';
    }, 'home has accepted the CDR');
    const cdr = await gateway.api('duke-energy', 'GET', cdrPath);
    const agreed = at(cdr.body, 'document.agreedTariff.document');
    expect(at(agreed, 'loadSignals')).toEqual([at(signal.body, 'documentHash')]);
    expect(at(agreed, 'outcome')).toBe('agreed');
    expect(at(list(agreed, 'loadBands')[0], 'loadBand')).toBe('high');
    const startAt = at(cdr.body, 'document.startAt');
    expect(list(cdr.body, 'document.loadBands')).toEqual([
      { from: startAt, to: from.replace('.000Z', 'Z'), loadBand: 'normal' },
      { from: from.replace('.000Z', 'Z'), to: at(cdr.body, 'document.endAt'), loadBand: 'high' },
    ]);
    const dated = list(agreed, 'tariff.elements').filter(
      (one) => at(one, 'restrictions.start_date') !== undefined,
    );
    expect(dated.length).toBeGreaterThan(0);
    const high = list(agreed, 'schedule').find((one) => at(one, 'loadBand') === 'high');
    expect(dated.map((one) => Number(text(list(one, 'price_components')[0], 'price')))).toContain(
      Number(text(high, 'pricePerKwh')),
    );
  });
});
