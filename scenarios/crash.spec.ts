import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GOLD } from './charge.js';
import { at, Gateway, text } from './gateway.js';

const STATION = 'DUKE-CLT-001';

/** two starts more than another story */
const STORY_BOUND_MS = 500_000;

/** The gateway is killed in the middle of a charge: what was answered is kept, what is repeated is one. */
describe('a gateway that dies while a car charges', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  it(
    'goes on where it was, and bills once',
    async () => {
      const swipe = await gateway.station(STATION, 'POST', '/swipes', {
        connectorId: 1,
        cin: GOLD,
        medium: 'rfid',
      });
      const path = `/sessions/${text(swipe.body, 'sessionId')}`;
      const endMs = Date.now();
      const iso = (minutes: number): string => new Date(endMs - minutes * 60_000).toISOString();
      await gateway.station(STATION, 'POST', `${path}/consent`, {
        quoteHash: text(swipe.body, 'quote.hash'),
      });
      const start = { meterWh: '1000', at: iso(60), offline: true };
      await gateway.station(STATION, 'POST', `${path}/start`, start);

      await gateway.end('SIGKILL');
      await gateway.boot();

      const repeated = await gateway.station(STATION, 'POST', `${path}/start`, start);
      expect(repeated).toMatchObject({ status: 200, body: { state: 'charging' } });
      const stop = { meterWh: '21000', at: iso(0), reason: 'full', offline: true };
      const first = await gateway.station(STATION, 'POST', `${path}/stop`, stop);
      expect(at(first.body, 'bill.totalInclTax')).toBe('5.90');

      await gateway.end('SIGKILL');
      await gateway.boot();

      const again = await gateway.station(STATION, 'POST', `${path}/stop`, stop);
      expect(again.body).toEqual(first.body);
      await gateway.until(async () => {
        const session = await gateway.api('duke-energy', 'GET', path);
        return at(session.body, 'state') === 'rated';
      }, 'the charge is rated');
      const cdrs = await gateway.api('duke-energy', 'GET', '/cdrs');
      expect(at(cdrs.body, 'items.length')).toBe(1);
      await gateway.until(async () => {
        const home = await gateway.api('alabama-power', 'GET', '/cdrs');
        return at(home.body, 'items.0.state') === 'accepted';
      }, 'home accepts it');
    },
    STORY_BOUND_MS,
  );
});
