import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { ALABAMA_PLAIN, GOLD } from './charge.js';
import { at, Gateway, text, type Answer } from './gateway.js';

const HOME = 'alabama-power';
const VISITED = 'duke-energy';
const STATION = 'DUKE-CLT-001';
const PLATINUM = '84000195013000032191';

/** A driver's home asks another utility to keep a connector; a loyalty tier goes before those below it. */
describe('a reservation that home asks for', () => {
  let gateway: Gateway;
  let station: SimulatedStation201;
  const called: string[] = [];

  beforeAll(async () => {
    gateway = await Gateway.start();
    station = await SimulatedStation201.connect(gateway.ocppAddress(STATION));
    await station.boot();
    station.socket.onCall = (action) => {
      called.push(action);
      return { status: 'Accepted' };
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

  it('is shown to no other utility', async () => {
    const asked = await ask(PLATINUM);
    await ended(asked);
    const path = `/reservations/${text(asked.body, 'reservationId')}?visitedUtility=${VISITED}`;
    expect((await gateway.api('georgia-power', 'GET', path)).status).toBe(404);
  });
});
