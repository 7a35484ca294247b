import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, Gateway, list, text } from './gateway.js';
import { GOLD } from './charge.js';

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A charging-infrastructure provider sees what happened at its stations, what it is owed, nothing else. */
describe('a charging-infrastructure provider', () => {
  let gateway: Gateway;
  const PARKING = 'queen-city-parking';
  const MALLS = 'triangle-malls';

  const token = async (provider: string, utility = 'duke-energy') => {
    const known = gateway.credentials as unknown as { providers: Record<string, Client> };
    const { clientId, clientSecret } = known.providers[provider] ?? {
      clientId: '',
      clientSecret: '',
    };
    const response = await fetch(`${gateway.baseUrl}/oidc/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: `urn:roamgrid:utility:${utility}`,
      }),
    });
    return (await response.json()) as { access_token?: string; error?: string };
  };
  const ask = async (provider: string, path: string) => {
    const { access_token: bearer = '' } = await token(provider);
    const response = await fetch(`${gateway.baseUrl}/duke-energy/api/v1${path}`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    return { status: response.status, body: await response.json() };
  };

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  it('signs in and sees its stations’ sessions and its statement', async () => {
    const station = 'DUKE-CLT-001';
    const swipe = await gateway.station(station, 'POST', '/swipes', {
      connectorId: 1,
      cin: GOLD,
      medium: 'rfid',
    });
    const sessionId = text(swipe.body, 'sessionId');
    const path = `/sessions/${sessionId}`;
    const instant = (minutes: number): string =>
      new Date(Date.now() - minutes * 60_000).toISOString();
    await gateway.station(station, 'POST', `${path}/consent`, {
      quoteHash: text(swipe.body, 'quote.hash'),
    });
    await gateway.station(station, 'POST', `${path}/start`, {
      meterWh: '1000',
      at: instant(60),
      offline: true,
    });
    await gateway.station(station, 'POST', `${path}/stop`, {
      meterWh: '11000',
      at: instant(1),
      reason: 'driver',
      offline: true,
    });
    await gateway.until(
      async () => list((await ask(PARKING, '/provider/statement')).body, 'items').length === 1,
      'the charge stands on the statement',
    );
    const own = await ask(PARKING, '/sessions');
    expect(list(own.body, 'items')).toMatchObject([
      { sessionId, stationId: station, state: 'rated', cinMasked: null, quote: null },
    ]);
    const { body } = await ask(PARKING, '/provider/statement');
    const cdr = await gateway.api('duke-energy', 'GET', `/cdrs/${text(body, 'items.0.cdrId')}`);
    expect(at(body, 'items.0')).toMatchObject({
      sessionId,
      energyKwh: '10.000',
      totalExclTax: text(cdr.body, 'document.totalExclTax'),
      share: text(cdr.body, 'shares.providerShare'),
    });
    expect(at(body, 'totals.0')).toMatchObject({
      charges: 1,
      share: text(cdr.body, 'shares.providerShare'),
    });
  });

  it('sees nothing of another provider’s', async () => {
    const { body } = await ask(PARKING, '/sessions');
    const sessionId = text(body, 'items.0.sessionId');
    expect((await ask(MALLS, '/sessions')).body).toMatchObject({ items: [] });
    expect((await ask(MALLS, `/sessions/${sessionId}`)).status).toBe(404);
    expect((await ask(MALLS, '/stations/DUKE-CLT-001')).status).toBe(404);
    expect((await ask(MALLS, '/provider/statement')).body).toMatchObject({ items: [], totals: [] });
    expect((await ask(MALLS, `/provider/statement?provider=${PARKING}`)).status).toBe(404);
  });

  it.each([
    '/cdrs',
    '/invoices',
    '/bills',
    '/consumers',
    '/mandates',
    '/suspense',
    '/reports/usage',
  ])('may not read %s', async (path) => {
    expect((await ask(PARKING, path)).status).toBe(403);
  });

  it('gets no token of a utility that is not its own', async () => {
    expect(await token(PARKING, 'alabama-power')).toMatchObject({ error: 'invalid_target' });
  });
});
