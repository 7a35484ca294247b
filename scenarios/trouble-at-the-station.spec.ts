import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { ALABAMA_PLAIN, charge, GOLD, swipeOnceFree } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

/** What goes wrong at a station, and what the driver, the visited and the home utility see of it. */
describe('trouble at the station', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const post = (stationId: string, path: string, body: unknown) =>
    gateway.station(stationId, 'POST', path, body);
  const swipe = (stationId: string, changes: object = {}) =>
    post(stationId, '/swipes', { connectorId: 1, cin: GOLD, medium: 'rfid', ...changes });
  const address = (stationId: string) => gateway.ocppAddress(stationId);
  const minutesAgo = (minutes: number): string =>
    new Date(Date.now() - minutes * 60_000).toISOString();

  async function session(utility: string, sessionId: string, state: string): Promise<unknown> {
    let found: unknown;
    await gateway.until(async () => {
      found = (await gateway.api(utility, 'GET', `/sessions/${sessionId}`)).body;
      return at(found, 'state') === state;
    }, `the session is ${state}`);
    return found;
  }

  it('a driver declines: nothing is charged, and the connector is free for the next', async () => {
    const quoted = await swipe('DUKE-CLT-001');
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    await post('DUKE-CLT-001', `${path}/consent`, { quoteHash: at(quoted.body, 'quote.hash') });
    const other = await swipe('DUKE-CLT-001', { cin: ALABAMA_PLAIN });
    expect(other.body).toMatchObject({ decision: 'refused', reason: 'connector_occupied' });
    const declined = await post('DUKE-CLT-001', `${path}/decline`, {});
    expect([declined.status, declined.body]).toEqual([200, { state: 'declined' }]);
    const next = await swipe('DUKE-CLT-001', { cin: ALABAMA_PLAIN });
    expect(next.body).toMatchObject({ decision: 'quoted' });
    await session('duke-energy', text(quoted.body, 'sessionId'), 'declined');
  });

  it('a lost stop is billed by the register at the next start, and says so', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-RDU-002'));
    await station.boot();
    const gold = { idToken: GOLD, type: 'Central' as const };
    const first = randomUUID();
    await station.authorize(gold);
    const begin = { evseId: 1, offline: true };
    await station.start({
      ...begin,
      transactionId: first,
      token: gold,
      meterWh: '1000',
      at: minutesAgo(90),
    });
    await station.meter({ meterWh: '21000', at: minutesAgo(60), offline: true });
    const plain = { idToken: ALABAMA_PLAIN, type: 'Central' as const };
    await station.authorize(plain);
    const second = randomUUID();
    await station.start({
      ...begin,
      transactionId: second,
      token: plain,
      meterWh: '24000',
      at: minutesAgo(30),
    });
    await station.end({ meterWh: '25000', at: minutesAgo(5), offline: true });
    let lost: unknown;
    await gateway.until(async () => {
      const { body } = await gateway.api('duke-energy', 'GET', '/sessions?role=visited');
      lost = list(body, 'items').find((item) => at(item, 'transactionId') === first);
      return at(lost, 'state') === 'rated';
    }, 'the lost charge is rated');
    expect(lost).toMatchObject({ meter: { startWh: '1000', stopWh: '24000' } });
    expect(list(lost, 'flags')).toContain('stop_lost');
    await gateway.until(async () => {
      const cdr = await gateway.api('alabama-power', 'GET', `/cdrs/${text(lost, 'cdrId')}`);
      return text(cdr.body, 'document.energyKwh') === '23.000';
    }, 'home has the CDR');
    await station.close();
  });

  it('an emergency stop bills what was metered, with its reason on the record', async () => {
    const station = await SimulatedStation201.connect(address('ALA-BHM-001'));
    await station.boot();
    const token = { idToken: '84005416011000055516', type: 'Central' as const };
    await station.authorize(token);
    const transactionId = randomUUID();
    const start = {
      transactionId,
      evseId: 2,
      token,
      meterWh: '500',
      at: minutesAgo(60),
      offline: true,
    };
    await station.start(start);
    await station.meter({
      meterWh: '6000',
      at: minutesAgo(20),
      offline: true,
      chargingState: 'SuspendedEV',
    });
    let parked: unknown;
    await gateway.until(async () => {
      const { body } = await gateway.api('alabama-power', 'GET', '/sessions?role=visited');
      parked = list(body, 'items').find((item) => at(item, 'transactionId') === transactionId);
      return at(parked, 'state') === 'idle';
    }, 'the session is parked');
    const told = { meterWh: '6000', at: minutesAgo(1), offline: true };
    const ended = await station.end(told, 'EmergencyStop');
    expect(ended.totalCost).not.toBeNull();
    const rated = await session('alabama-power', text(parked, 'sessionId'), 'rated');
    const cdr = await gateway.api('alabama-power', 'GET', `/cdrs/${text(rated, 'cdrId')}`);
    expect(at(cdr.body, 'document.stopReason')).toBe('EmergencyStop');
    await station.close();
  });

  it('a power loss in mid-charge: what was metered is billed once the station is back', async () => {
    const before = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await before.boot();
    const token = { idToken: '84005416012000012317', type: 'Central' as const };
    await before.authorize(token);
    const transactionId = randomUUID();
    const begin = { transactionId, evseId: 2, token, meterWh: '500', offline: true };
    await before.start({ ...begin, at: minutesAgo(50) });
    await before.meter({ meterWh: '4500', at: minutesAgo(40), offline: true });
    // no close frame, no last word
    await before.socket.lose();
    const after = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await after.boot();
    after.resume(before);
    const told = { meterWh: '5000', at: minutesAgo(38), offline: true };
    const ended = await after.end(told, 'PowerLoss');
    expect(ended.totalCost).not.toBeNull();
    let lost: unknown;
    await gateway.until(async () => {
      const { body } = await gateway.api('duke-energy', 'GET', '/sessions?role=visited');
      lost = list(body, 'items').find((item) => at(item, 'transactionId') === transactionId);
      return at(lost, 'state') === 'rated';
    }, 'the session is rated');
    const cdr = await gateway.api('duke-energy', 'GET', `/cdrs/${text(lost, 'cdrId')}`);
    expect(at(cdr.body, 'document')).toMatchObject({
      stopReason: 'PowerLoss',
      energyKwh: '4.500',
    });
    await after.close();
  });

  it('the same card at two stations at once charges at one of them', async () => {
    const [one, two] = ['NOR-TOR-001', 'ALA-BHM-001'];
    const card = { cin: '84000195011000045645' };
    const quoted = await swipe(one, card);
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    await post(one, `${path}/consent`, { quoteHash: at(quoted.body, 'quote.hash') });
    const begun = { meterWh: '900000', at: new Date().toISOString() };
    expect((await post(one, `${path}/start`, begun)).body).toEqual({ state: 'charging' });
    // a swipe before home knows would leave a mandate that later ones go under without asking home
    await gateway.until(async () => {
      const { body } = await gateway.api('alabama-power', 'GET', path);
      return at(body, 'state') === 'charging';
    }, 'home knows of the charge at the other station');
    expect(at((await swipe(two, card)).body, 'reason')).toBe('concurrent_session');
    const report = await gateway.api('alabama-power', 'GET', '/reports/unlawful-use');
    expect(JSON.stringify(report.body)).toContain('card_tried_elsewhere');
    const ended = { meterWh: '900000', at: new Date().toISOString(), reason: 'driver' };
    expect((await post(one, `${path}/stop`, ended)).body).toMatchObject({ state: 'ended' });
    await gateway.until(
      async () => at((await swipe(two, card)).body, 'decision') === 'quoted',
      'the card is free again',
    );
  });

  it('a station that was off-line for days delivers late; a clock of 1970 is set aside', async () => {
    const days = await charge(gateway, { stationId: 'GEO-ATL-001', minutes: 3 * 24 * 60 });
    expect(at(days.stop.body, 'bill.totalInclTax')).toMatch(/^\d+\.\d\d$/);
    const quoted = await swipeOnceFree(gateway, () =>
      swipe('NOR-TOR-001', { kind: 'mobileCharger' }),
    );
    const path = `/sessions/${text(quoted.body, 'sessionId')}`;
    await post('NOR-TOR-001', `${path}/consent`, { quoteHash: at(quoted.body, 'quote.hash') });
    const old = { at: '1970-01-01T00:00:10Z', offline: true };
    await post('NOR-TOR-001', `${path}/start`, { meterWh: '1', ...old });
    const stop = await post('NOR-TOR-001', `${path}/stop`, {
      meterWh: '2',
      reason: 'full',
      ...old,
    });
    expect([stop.status, at(stop.body, 'state'), at(stop.body, 'bill')]).toEqual([
      200,
      'suspense',
      undefined,
    ]);
    const seen = await session('northern-hydro', text(quoted.body, 'sessionId'), 'suspense');
    expect(at(seen, 'kind')).toBe('mobileCharger');
    await gateway.until(async () => {
      const { body } = await gateway.api('northern-hydro', 'GET', '/suspense');
      return list(body, 'items').some((item) => at(item, 'code') === 'too_old');
    }, 'its suspense says why');
  });
});
