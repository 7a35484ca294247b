import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { ALABAMA_PLAIN, charge, GOLD, type Charged } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';
import { answered, PRAIRIE, PRAIRIE_CIN, PRAIRIE_STATION, settleIn } from './new-member.js';

const DUKE = 'duke-energy';
const ALABAMA = 'alabama-power';
const DUKE_CIN = '84005416011000055516';
const HOUR_MINUTES = 60;

/**
 * A fifth utility joins while drivers of the others charge: it gets its own database, keys, prefix and clients,
 * signs an agreement, and its drivers and its station are billed both ways. Nobody else notices.
 */
describe('a utility joins while others charge', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start({ own: true });
  });
  afterAll(async () => {
    await gateway.dispose();
  });

  const add = (body: object, options = {}): Promise<Answer> =>
    gateway.consortium('POST', '/utilities', body, options);
  const billOf = ({ stop }: Charged): string => text(stop.body, 'bill.totalInclTax');
  const closeBetween = async (visited: string, home: string): Promise<unknown> => {
    await gateway.until(async () => {
      const cdrs = await gateway.api(home, 'GET', `/cdrs?limit=500`);
      const from = list(cdrs.body, 'items').filter(
        (cdr) => at(cdr, 'document.visitedUtility') === visited,
      );
      return from.length > 0 && from.every((cdr) => at(cdr, 'state') === 'accepted');
    }, `${home} has accepted what ${visited} delivered`);
    const { body } = await answered(
      201,
      gateway.api(visited, 'POST', '/billing-periods', {
        partner: home,
        from: new Date(Date.now() - 48 * 3_600_000).toISOString(),
        to: new Date().toISOString(),
      }),
    );
    const invoiceId = text(body, 'invoiceId');
    await gateway.until(
      async () => (await gateway.api(home, 'GET', `/invoices/${invoiceId}`)).status === 200,
      `${home} has the invoice`,
    );
    await answered(200, gateway.api(home, 'POST', `/invoices/${invoiceId}/accept`));
    await gateway.until(async () => {
      const read = await gateway.api(visited, 'GET', `/invoices/${invoiceId}`);
      return at(read.body, 'state') === 'accepted' && at(read.body, 'ledger.state') === 'posted';
    }, 'the invoice is accepted and stands on the ledger');
    return at(body, 'document');
  };

  it('is refused to anybody but the administrator, and with what is taken or wrong', async () => {
    const nobody = await add(PRAIRIE, { token: null });
    expect([nobody.status, at(nobody.body, 'code')]).toEqual([401, 'unauthorized']);
    const member = await add(PRAIRIE, { token: await gateway.token(DUKE, 'approver') });
    expect([member.status, at(member.body, 'code')]).toEqual([403, 'forbidden']);
    const prefix = await add({ ...PRAIRIE, cinPrefixes: ['8400541601'] });
    expect([prefix.status, at(prefix.body, 'errors.0')]).toEqual([
      409,
      { path: 'cinPrefixes.0', message: 'belongs to duke-energy' },
    ]);
    const provider = await add({ ...PRAIRIE, contractProviders: ['USALA'] });
    expect([provider.status, at(provider.body, 'errors.0.path')]).toEqual([
      409,
      'contractProviders.0',
    ]);
    const { privateKey } = generateKeyPairSync('ed25519');
    const secretKey = { ...privateKey.export({ format: 'jwk' }), alg: 'EdDSA' };
    for (const key of [secretKey, { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', alg: 'ES256' }]) {
      const wrong = await add({ ...PRAIRIE, clientKeys: { api: { keys: [key] } } });
      expect([wrong.status, at(wrong.body, 'errors.0.path')]).toEqual([
        422,
        'clientKeys.api.keys.0',
      ]);
    }
    const named = await add({ ...PRAIRIE, utility: 'consortium', timeZone: 'Mars/Olympus' });
    expect(list(named.body, 'errors').map((one) => at(one, 'path'))).toEqual([
      'utility',
      'timeZone',
    ]);
    expect((await add({ ...PRAIRIE, extra: 1 })).status).toBe(400);
    expect((await gateway.get('/prairie-electric/.well-known/jwks.json')).status).toBe(404);
  });

  it('joins in the midst of charges, none of which is interrupted', async () => {
    const quoted = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 1,
      cin: GOLD,
      medium: 'rfid',
    });
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    const station = (step: string, body: object): Promise<Answer> =>
      answered(200, gateway.station('DUKE-CLT-001', 'POST', `${path}/${step}`, body));
    const iso = (minutesAgo: number): string =>
      new Date(Date.now() - minutesAgo * 60_000).toISOString();
    await station('consent', { quoteHash: at(quoted.body, 'quote.hash') });
    await station('start', { meterWh: '1000', at: iso(HOUR_MINUTES), offline: true });

    let isJoined = false;
    const meanwhile: Charged[] = [];
    const others = async (): Promise<void> => {
      for (let number = 0; number < 3 || !isJoined; number += 1) {
        meanwhile.push(
          await charge(gateway, {
            cin: ALABAMA_PLAIN,
            connectorId: 2,
            startWh: 1_000 + number * 5_000,
            energyWh: 5_000,
            minutes: 20,
            endedMinutesAgo: 24 * HOUR_MINUTES - number * 21,
          }),
        );
      }
    };
    const joining = add(PRAIRIE, { idempotencyKey: 'prairie-joins' }).finally(() => {
      isJoined = true;
    });
    const [added] = await Promise.all([answered(201, joining), others()]);
    expect(at(added.body, 'registryVersion')).toBe(2);
    expect(at(added.body, 'clients.api.clientId')).toBe('prairie-electric-api');

    await station('meter-values', { values: [{ at: iso(30), meterWh: '6000' }], offline: true });
    const stop = await station('stop', {
      meterWh: '11000',
      at: iso(0),
      reason: 'full',
      offline: true,
    });
    expect(at(stop.body, 'state')).toBe('ended');
    expect(new Set(meanwhile.map(billOf)).size).toBe(1);
    expect(meanwhile.length).toBeGreaterThanOrEqual(3);
  }, 240_000);

  it('is put in once: the same again changes nothing, something else is refused', async () => {
    const again = await answered(200, add(PRAIRIE));
    expect(at(again.body, 'registryVersion')).toBe(2);
    const repeated = await add(PRAIRIE, { idempotencyKey: 'prairie-joins' });
    expect([repeated.status, at(repeated.body, 'clients')]).toEqual([
      201,
      at(again.body, 'clients'),
    ]);
    const reused = await add({ ...PRAIRIE, name: 'Another' }, { idempotencyKey: 'prairie-joins' });
    expect([reused.status, at(reused.body, 'code')]).toEqual([409, 'idempotency_conflict']);
    const other = await add({ ...PRAIRIE, currency: 'CAD' });
    expect([other.status, at(other.body, 'errors.0.path')]).toEqual([409, 'currency']);
    const taken = await add({
      ...PRAIRIE,
      utility: 'late-electric',
      contractProviders: ['USLAT'],
    });
    expect([taken.status, at(taken.body, 'errors.0.message')]).toEqual([
      409,
      'belongs to prairie-electric',
    ]);
    const members = await gateway.consortium('GET', '/utilities');
    expect(list(members.body, 'items')).toHaveLength(5);
  });

  it('has keys of its own, and nothing of it opens for others', async () => {
    await gateway.meetNewMembers();
    const registry = await gateway.consortium('GET', '/registry', undefined, { token: null });
    const keysOf = (utility: string): unknown =>
      at(
        list(registry.body, 'document.utilities').find((one) => at(one, 'utility') === utility),
        'keys',
      );
    const own = await gateway.get('/prairie-electric/.well-known/jwks.json');
    expect(at(own.body, 'keys')).toEqual(keysOf('prairie-electric'));
    expect(keysOf('prairie-electric')).not.toEqual(keysOf(DUKE));
    const foreign = await gateway.api(PRAIRIE.utility, 'GET', '/sessions', undefined, {
      tokenOf: DUKE,
    });
    expect(foreign.status).toBe(403);
    const unknown = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 1,
      cin: PRAIRIE_CIN,
      medium: 'rfid',
    });
    // its prefix routes to it already; it knows no such consumer, and there is no agreement
    expect(['no_agreement', 'credential_rejected']).toContain(at(unknown.body, 'reason'));
  });

  it('signs an agreement, and charges both ways are billed', async () => {
    await settleIn(gateway, DUKE);
    const abroad = await charge(gateway, { cin: PRAIRIE_CIN, stationId: 'DUKE-RDU-002' });
    expect(billOf(abroad)).toMatch(/^\d+\.\d\d$/);
    const guest = await charge(gateway, {
      cin: DUKE_CIN,
      stationId: PRAIRIE_STATION,
      endedMinutesAgo: 70,
    });
    const own = await charge(gateway, {
      cin: PRAIRIE_CIN,
      stationId: PRAIRIE_STATION,
      startWh: 21_000,
    });
    expect([guest, own].map((one) => at(one.stop.body, 'state'))).toEqual(['ended', 'ended']);
    expect(await closeBetween(DUKE, PRAIRIE.utility)).toMatchObject({ lineCount: 1 });
    expect(await closeBetween(PRAIRIE.utility, DUKE)).toMatchObject({ lineCount: 1 });
    const bills = await answered(
      201,
      gateway.api(PRAIRIE.utility, 'POST', '/bills', {
        from: new Date(Date.now() - 48 * 3_600_000).toISOString(),
        to: new Date(Date.now() + 60_000).toISOString(),
      }),
    );
    expect(at(bills.body, 'items.0.document.currency')).toBe('USD');
  }, 240_000);

  it('leaves all books sound', async () => {
    expect(await closeBetween(DUKE, ALABAMA)).toMatchObject({ currency: 'USD' });
    for (const utility of [PRAIRIE.utility, DUKE, ALABAMA]) {
      const started = await answered(202, gateway.api(utility, 'POST', '/audit', {}));
      const auditPath = `/audit/${text(started.body, 'auditId')}`;
      await gateway.until(
        async () => at((await gateway.api(utility, 'GET', auditPath)).body, 'state') === 'done',
        `the audit of ${utility} is done`,
      );
      expect(at((await gateway.api(utility, 'GET', auditPath)).body, 'breaches')).toEqual([]);
    }
  }, 240_000);

  it('is a member after a restart', async () => {
    await gateway.end();
    await gateway.boot();
    const swipe = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', {
      connectorId: 1,
      cin: PRAIRIE_CIN,
      medium: 'rfid',
    });
    expect(at(swipe.body, 'decision')).toBe('quoted');
    const again = await answered(200, add(PRAIRIE));
    expect(at(again.body, 'registryVersion')).toBe(2);
  }, 240_000);
});
