import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { ALABAMA_PLAIN, GOLD } from './charge.js';
import { at, Gateway, text, type Answer } from './gateway.js';

const HOME = 'alabama-power';
const VISITED = 'duke-energy';
const STATION = 'DUKE-CLT-001';
const PLATINUM = '84000195013000032191';

/** A driver's home asks another utility to keep a connector, and may cancel; a loyalty tier goes before those below it. */
describe('a reservation that home asks for', () => {
  let gateway: Gateway;
  let station: SimulatedStation201;
  const called: string[] = [];
  let answers: Record<string, string> = {};

  beforeAll(async () => {
    gateway = await Gateway.start();
    station = await SimulatedStation201.connect(gateway.ocppAddress(STATION));
    await station.boot();
    station.socket.onCall = (action) => {
      called.push(action);
      return { status: answers[action] ?? 'Accepted' };
    };
  });
  afterAll(async () => {
    await station.close();
    await gateway.dispose();
  });

  const inMinutes = (minutes: number): string =>
    new Date(Date.now() + minutes * 60_000).toISOString();
  const ask = (cin: string, changes: object = {}, home = HOME): Promise<Answer> =>
    gateway.api(home, 'POST', '/reservations', {
      visitedUtility: VISITED,
      stationId: STATION,
      connectorId: 1,
      cin,
      until: inMinutes(30),
      ...changes,
    });
  const ended = async (asked: Answer): Promise<unknown> => {
    expect(asked.status).toBe(202);
    let found: unknown;
    await gateway.until(async () => {
      const path = `/reservations/${text(asked.body, 'reservationId')}?visitedUtility=${VISITED}`;
      found = (await gateway.api(HOME, 'GET', path)).body;
      return at(found, 'state') !== 'pending';
    }, 'the station has answered');
    return found;
  };
  const reasonFor = async (cin: string): Promise<unknown> => {
    const swipe = { connectorId: 1, cin, medium: 'rfid' };
    const { body } = await gateway.station(STATION, 'POST', '/swipes', swipe);
    return at(body, 'reason') ?? at(body, 'decision');
  };

  it('is honoured: the connector is its driver’s and nobody else’s', async () => {
    expect(await ended(await ask(ALABAMA_PLAIN))).toMatchObject({
      state: 'honoured',
      visitedUtility: VISITED,
      stationId: STATION,
      detail: 'Accepted',
    });
    expect(called).toEqual(['ReserveNow']);
    expect(await reasonFor(GOLD)).toBe('connector_occupied');
    expect(await reasonFor(ALABAMA_PLAIN)).toBe('quoted');
  });

  it('makes way for a higher tier, and not for a lower one', async () => {
    expect(await ended(await ask(PLATINUM))).toMatchObject({ state: 'honoured' });
    expect(called).toEqual(['ReserveNow', 'CancelReservation', 'ReserveNow']);
    expect(await ended(await ask(GOLD))).toMatchObject({
      state: 'refused',
      reason: 'connector_occupied',
    });
    expect(await reasonFor(GOLD)).toBe('connector_occupied');
    expect(await reasonFor(PLATINUM)).toBe('quoted');
  });

  it.each([
    ['of nobody', '84099999011000000117', {}, 404],
    ['of another home’s consumer', '84005416011000055516', {}, 404],
    ['of a blocked consumer', '84000195011000078916', {}, 409],
    ['at a station that is not there', GOLD, { stationId: 'DUKE-XXX-009' }, 404],
    ['at a utility that is none', GOLD, { visitedUtility: 'nobody-power' }, 422],
    ['that is over', GOLD, { until: '2026-01-01T00:00:00Z' }, 422],
    ['for more than a day', GOLD, { until: '2099-01-01T00:00:00Z' }, 422],
  ])('is refused %s', async (_, cin, changes, status) => {
    expect((await ask(cin, changes)).status).toBe(status);
  });

  const cancel = (asked: Answer, home = HOME): Promise<Answer> => {
    const id = text(asked.body, 'reservationId');
    return gateway.api(home, 'DELETE', `/reservations/${id}?visitedUtility=${VISITED}`);
  };
  const stateOf = async (asked: Answer): Promise<unknown> => {
    const path = `/reservations/${text(asked.body, 'reservationId')}?visitedUtility=${VISITED}`;
    return at((await gateway.api(HOME, 'GET', path)).body, 'state');
  };

  it('is cancelled by home: once at the station, however often home asks', async () => {
    const asked = await ask(PLATINUM, { connectorId: 2 });
    await ended(asked);
    called.length = 0;
    const answered = await Promise.all([cancel(asked), cancel(asked)]);
    expect(answered.map(({ status }) => status)).toEqual([202, 202]);
    await gateway.until(async () => (await stateOf(asked)) === 'cancelled', 'it is cancelled');
    expect((await cancel(asked)).body).toMatchObject({ state: 'cancelled', detail: 'Accepted' });
    expect(called).toEqual(['CancelReservation']);
    const swipe = { connectorId: 2, cin: GOLD, medium: 'rfid' };
    const { body } = await gateway.station(STATION, 'POST', '/swipes', swipe);
    expect(at(body, 'decision')).toBe('quoted');
  });

  it('is over where the station knows nothing of it', async () => {
    const asked = await ask(PLATINUM, { connectorId: 2 });
    await ended(asked);
    answers = { CancelReservation: 'Rejected' };
    expect((await cancel(asked)).status).toBe(202);
    await gateway.until(async () => (await stateOf(asked)) === 'cancelled', 'it is cancelled');
    answers = {};
  });

  it('cannot be cancelled once its driver has begun', async () => {
    const asked = await ask(PLATINUM, { connectorId: 2 });
    await ended(asked);
    const transactionId = randomUUID();
    const now = (): string => new Date().toISOString();
    const token = { idToken: PLATINUM, type: 'Central' as const };
    await station.authorize(token);
    await station.start({ transactionId, evseId: 2, token, meterWh: '1000', at: now() });
    await gateway.until(async () => (await stateOf(asked)) === 'used', 'the driver has come');
    expect((await cancel(asked)).status).toBe(409);
    await station.end({ meterWh: '1000', at: now() });
    expect(await stateOf(asked)).toBe('used');
  });

  it('is cancelled by nobody else', async () => {
    const asked = await ask(GOLD, { connectorId: 2 });
    await ended(asked);
    expect((await cancel(asked, 'georgia-power')).status).toBe(404);
    expect(await stateOf(asked)).toBe('honoured');
    expect((await cancel(asked)).status).toBe(202);
  });

  it('is shown to no other utility', async () => {
    const asked = await ask(PLATINUM);
    await ended(asked);
    const path = `/reservations/${text(asked.body, 'reservationId')}?visitedUtility=${VISITED}`;
    expect((await gateway.api('georgia-power', 'GET', path)).status).toBe(404);
  });
});
