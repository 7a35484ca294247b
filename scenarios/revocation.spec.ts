import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

/** DESIGN §7: in force so long after issue, whether acknowledged or not */
const IN_FORCE_MS = 60_000;
const STATION = 'DUKE-CLT-001';

/** What home withdraws ends at the visited utility: mandates, and quotes that nobody answered. */
describe('a revocation', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const swipe = (cin: string, connectorId = 1): Promise<Answer> =>
    gateway.station(STATION, 'POST', '/swipes', { connectorId, cin, medium: 'rfid' });

  const consent = ({ body }: Answer): Promise<Answer> =>
    gateway.station(STATION, 'POST', `/sessions/${text(body, 'sessionId')}/consent`, {
      quoteHash: at(body, 'quote.hash'),
    });

  const stateOf = async ({ body }: Answer): Promise<unknown> => {
    const path = `/sessions/${text(body, 'sessionId')}`;
    return at((await gateway.api('duke-energy', 'GET', path)).body, 'state');
  };

  async function activeMandates(): Promise<string[]> {
    const mandates = await gateway.api(
      'alabama-power',
      'GET',
      '/mandates?role=home&state=active&partner=duke-energy',
    );
    return list(mandates.body, 'items').map((item) => text(item, 'mandateId'));
  }

  it('of a mandate ends the quote under it, and the next visit asks home again', async () => {
    await charge(gateway, { cin: GOLD, energyWh: 1_000, minutes: 5 });
    const quoted = await swipe(GOLD);
    expect(at(quoted.body, 'authorizedBy')).toBe('visitingProfile');
    const [mandateId = ''] = await activeMandates();
    const revoked = await gateway.api('alabama-power', 'DELETE', `/mandates/${mandateId}`);
    expect(at(revoked.body, 'state')).toBe('revoked');
    await gateway.until(
      async () => (await stateOf(quoted)) === 'expired',
      'the quote has ended',
      IN_FORCE_MS,
    );
    expect((await consent(quoted)).body).toMatchObject({ code: 'quote_expired' });
    const next = await swipe(GOLD);
    expect(next.body).toMatchObject({ decision: 'quoted', authorizedBy: 'home' });
    const held = await gateway.api('duke-energy', 'GET', '/mandates?role=visited&state=revoked');
    expect(list(held.body, 'items').map((item) => at(item, 'mandateId'))).toContain(mandateId);
  });

  it('of a blocked consumer is in force here; what charges is billed', async () => {
    const quoted = await swipe(ALABAMA_PLAIN, 2);
    await consent(quoted);
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    const endMs = Date.now();
    const step = (minutes: number, meterWh: string) => ({
      at: new Date(endMs - minutes * 60_000).toISOString(),
      meterWh,
      offline: true,
    });
    await gateway.station(STATION, 'POST', `${path}/start`, step(30, '50000'));
    const found = await gateway.api('alabama-power', 'POST', '/consumers/search', {
      cin: ALABAMA_PLAIN,
    });
    const consumerId = text(found.body, 'items.0.consumerId');
    await gateway.api('alabama-power', 'PATCH', `/consumers/${consumerId}`, { state: 'blocked' });
    await gateway.until(
      async () => at((await swipe(ALABAMA_PLAIN)).body, 'reason') === 'consumer_blocked',
      'the driver is refused',
      IN_FORCE_MS,
    );
    const stopped = await gateway.station(STATION, 'POST', `${path}/stop`, {
      ...step(0, '55000'),
      reason: 'driver',
    });
    expect(at(stopped.body, 'bill.totalInclTax')).toBeDefined();
    await gateway.until(async () => {
      const session = await gateway.api('alabama-power', 'GET', path);
      return at(session.body, 'state') === 'rated';
    }, 'home accepts what was begun before');
  });
});
