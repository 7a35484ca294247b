import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';
import { holdTable, negotiationOf } from './hold-table.js';

const DUKE_DRIVER = '84005416011000055516';
const DEADLINE_MS = 5_000;

/** A partner's CRP hangs in the midst of a price, and two utilities come to each other at the same moment. */
describe('a negotiation with a partner', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const swipe = (stationId: string, cin: string, connectorId = 1) =>
    gateway.station(stationId, 'POST', '/swipes', { connectorId, cin, medium: 'rfid' });

  it('that is silent comes to the default at the deadline; both keep the transcript and learn why', async () => {
    const release = await holdTable('alabama-power', 'crp.policies');
    const startedMs = Date.now();
    let swiped;
    try {
      swiped = await swipe('DUKE-CLT-001', GOLD);
    } finally {
      await release();
    }
    expect(at(swiped.body, 'decision')).toBe('quoted');
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(DEADLINE_MS - 500);
    const sessionId = text(swiped.body, 'sessionId');
    const visited = await negotiationOf(gateway, 'duke-energy', sessionId);
    expect(at(visited.body, 'outcome')).toBe('defaultApplied');
    expect(at(visited.body, 'ending')).toMatchObject({ cause: 'silent', by: 'home' });
    expect(list(visited.body, 'offers')).toMatchObject([{ by: 'visited', move: 'offer' }]);
    let home: unknown;
    await gateway.until(async () => {
      const path = `/negotiations/${visited.negotiationId}`;
      ({ body: home } = await gateway.api('alabama-power', 'GET', path));
      return at(home, 'ending.cause') === 'silent';
    }, 'home learns that it was silent');
    expect(at(home, 'outcome')).toBe('defaultApplied');
    expect(at(home, 'agreedTariff')).toEqual(at(visited.body, 'agreedTariff'));
    const agreed = at(visited.body, 'agreedTariff.document');
    const agreements = await gateway.api('duke-energy', 'GET', '/agreements?partner=alabama-power');
    const terms = list(agreements.body, 'items.0.document.terms').find(
      (one) => at(one, 'visitedUtility') === 'duke-energy',
    );
    const named = list(terms, 'defaultTariffs').find(
      (one) =>
        at(one, 'customerClass') === at(agreed, 'customerClass') &&
        at(one, 'stationClass') === at(agreed, 'stationClass'),
    );
    const base = await gateway.api(
      'duke-energy',
      'GET',
      `/tariffs/${text(named, 'tariff.tariffId')}/versions/${String(at(named, 'tariff.version'))}`,
    );
    expect(at(agreed, 'tariff.elements')).toEqual(at(base.body, 'document.elements'));
  });

  it('happens once each way where both come to each other at once', async () => {
    const swipes = await Promise.all([
      swipe('ALA-BHM-001', DUKE_DRIVER),
      swipe('DUKE-RDU-002', GOLD),
      swipe('GEO-ATL-001', GOLD),
      swipe('GEO-ATL-001', ALABAMA_PLAIN),
    ]);
    expect(swipes.map(({ body }) => at(body, 'decision'))).toEqual(Array(4).fill('quoted'));
    const utilities = ['alabama-power', 'duke-energy', 'georgia-power', 'georgia-power'];
    const found = await Promise.all(
      swipes.map(({ body }, index) =>
        negotiationOf(gateway, utilities[index] ?? '', text(body, 'sessionId')),
      ),
    );
    expect(found.map(({ body }) => at(body, 'outcome'))).toEqual(Array(4).fill('agreed'));
    expect(new Set(found.map(({ negotiationId }) => negotiationId)).size).toBe(3);
    const asked = await Promise.all(
      swipes.slice(2).map(async ({ body }) => {
        const session = await gateway.api(
          'georgia-power',
          'GET',
          `/sessions/${text(body, 'sessionId')}`,
        );
        return Number(at(session.body, 'homeCalls'));
      }),
    );
    // one of the two waited for the other's negotiation and asked home for nothing but its driver
    expect(Math.min(...asked)).toBeLessThanOrEqual(2);
  });
});
