import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation16 } from '../tools/src/station/simulated-station-16.js';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import type { JsonObject, StationAddress } from '../tools/src/station/station-socket.js';
import { ALABAMA_PLAIN } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

const VISITED = 'duke-energy';
const PLATINUM = '84000195013000032191';
const OLD = 'DUKE-LOT-016';
const NEW = 'DUKE-LOT-201';

/**
 * Two stations of one site have less power than their drivers ask for: who goes first is what the two utilities
 * have agreed for the loyalty tier, and neither the bill nor the charge depends on it.
 */
describe('charging priority', () => {
  let gateway: Gateway;
  let old: SimulatedStation16;
  let recent: SimulatedStation201;
  const limits: Record<string, number[]> = { [OLD]: [], [NEW]: [] };
  let answer = 'Accepted';

  const now = (): string => new Date().toISOString();

  async function register(stationId: string): Promise<StationAddress> {
    const registered = await gateway.api(VISITED, 'POST', '/stations', {
      stationId,
      provider: 'queen-city-parking',
      providerSharePercentage: '20',
      place: 'Charlotte NC',
      timeZone: 'America/New_York',
      stationClass: 'AC',
      taxes: [{ name: 'sales tax', percentage: '7' }],
      evses: [{ connectorId: 1, powerW: '22000', currentType: 'AC', meterSerial: null }],
      sitePower: { siteId: 'charlotte-lot', powerW: '22000' },
      smartCharging: true,
    });
    expect(registered.status).toBe(201);
    const url = gateway.baseUrl.replace('http', 'ws');
    return { url, stationId, password: text(registered.body, 'password') };
  }

  const limitIn = (payload: JsonObject): number => {
    const path = 'csChargingProfiles.chargingSchedule.chargingSchedulePeriod.0.limit';
    const path201 = 'chargingProfile.chargingSchedule.0.chargingSchedulePeriod.0.limit';
    const limit = at(payload, path) ?? at(payload, path201);
    return Number(at(limit, 'value') ?? limit);
  };

  beforeAll(async () => {
    gateway = await Gateway.start();
    old = await SimulatedStation16.connect(await register(OLD));
    recent = await SimulatedStation201.connect(await register(NEW));
    await old.boot();
    await recent.boot();
    old.socket.onCall = (action, payload) => {
      if (action === 'SetChargingProfile') limits[OLD]?.push(limitIn(payload));
      return { status: 'Accepted' };
    };
    recent.socket.onCall = (action, payload) => {
      if (action !== 'SetChargingProfile') return { status: 'Accepted' };
      limits[NEW]?.push(limitIn(payload));
      return { status: answer };
    };
  });

  afterAll(async () => {
    await old.close();
    await recent.close();
    await gateway.dispose();
  });

  const told = (stationId: string, ...expected: number[]): Promise<void> =>
    gateway.until(
      () => Promise.resolve(JSON.stringify(limits[stationId]) === JSON.stringify(expected)),
      `${stationId} is told ${expected.join(', ')} W, not ${JSON.stringify(limits)}`,
    );
  const sessionWith = async (transactionId: string): Promise<unknown> => {
    const { body } = await gateway.api(VISITED, 'GET', '/sessions?role=visited');
    return list(body, 'items').find((one) => at(one, 'transactionId') === transactionId);
  };
  const powerSteps = async (transactionId: string): Promise<unknown[]> => {
    const id = text(await sessionWith(transactionId), 'sessionId');
    const { body } = await gateway.api(VISITED, 'GET', `/sessions/${id}/trace`);
    return list(body, 'items')
      .filter((step) => at(step, 'step') === 'power')
      .map((step) => at(step, 'detail'));
  };

  let plain: string;
  const token = { idToken: PLATINUM, type: 'Central' as const };

  it('is a clause of the agreement that both have signed', async () => {
    const { body } = await gateway.api(VISITED, 'GET', '/agreements?partner=alabama-power');
    const terms = list(body, 'items')
      .flatMap((agreement) => list(agreement, 'document.terms'))
      .find((one) => at(one, 'visitedUtility') === VISITED);
    expect(list(terms, 'chargingPriorities')).toContainEqual({
      tier: 'Platinum',
      priority: 7,
      powerSharePercentage: '70',
    });
  });

  it('limits nobody who charges alone', async () => {
    await old.authorize(ALABAMA_PLAIN);
    const start = { connectorId: 1, idTag: ALABAMA_PLAIN, meterWh: '1000', at: now() };
    plain = (await old.start(start)).transactionId;
    expect(limits).toEqual({ [OLD]: [], [NEW]: [] });
  });

  it('gives the higher tier its share, and says so to the station that can hear it', async () => {
    const authorized = await recent.socket.call('Authorize', { idToken: token });
    const priority = at(authorized, 'idTokenInfo.chargingPriority');
    expect(Number(at(priority, 'value') ?? priority)).toBe(7);
    const transactionId = randomUUID();
    await recent.start({ transactionId, evseId: 1, token, meterWh: '1000', at: now() });
    await told(OLD, 6_600);
    await told(NEW, 15_400);
    await gateway.until(
      async () => (await powerSteps(transactionId)).includes('15400 W: accepted'),
      'the trace shows the limit',
    );
    expect(await powerSteps(plain)).toEqual(['6600 W: accepted']);
    await recent.end({ meterWh: '1000', at: now() });
    await told(OLD, 6_600, 22_000);
  });

  it('goes on charging, at the agreed price, where the station refuses a limit', async () => {
    answer = 'Rejected';
    const transactionId = randomUUID();
    await recent.authorize(token);
    await recent.start({ transactionId, evseId: 1, token, meterWh: '2000', at: now() });
    await told(NEW, 15_400, 15_400);
    // what a station without a limit draws is not the other's; but nobody is stopped
    await told(OLD, 6_600, 22_000, 6_600, 1_380);
    await gateway.until(
      async () => (await powerSteps(transactionId)).includes('15400 W: rejected'),
      'the trace shows the refusal',
    );
    expect(at(await sessionWith(transactionId), 'state')).toBe('charging');
    await recent.end({ meterWh: '2000', at: now() });
    await old.stop(plain, '1000', now());
    for (const id of [transactionId, plain]) {
      await gateway.until(
        async () => at(await sessionWith(id), 'state') === 'rated',
        'both are rated',
      );
      const session = await sessionWith(id);
      expect(list(session, 'flags')).toEqual([]);
    }
  });

  it('is refused in an agreement that contradicts itself', async () => {
    const { body } = await gateway.api(VISITED, 'GET', '/agreements?partner=alabama-power');
    const [agreement] = list(body, 'items');
    const { type, schemaVersion, agreementId, version, terms, ...around } = at(
      agreement,
      'document',
    ) as Record<string, unknown> & { agreementId: string; terms: object[] };
    expect([type, schemaVersion, version]).toEqual(['agreement', 1, 1]);
    const twice = [
      { tier: 'Gold', priority: 1 },
      { tier: 'Gold', priority: 2 },
    ];
    for (const [chargingPriorities, status] of [
      [twice, 422],
      [[{ tier: 'Gold', priority: 10 }], 400],
      [[{ tier: 'Gold', priority: 1, powerSharePercentage: '0' }], 422],
    ] as const) {
      const amended = await gateway.api(VISITED, 'POST', `/agreements/${agreementId}/amend`, {
        ...around,
        terms: terms.map((one) => ({ ...one, chargingPriorities })),
      });
      expect([chargingPriorities, amended.status]).toEqual([chargingPriorities, status]);
    }
  });
});
