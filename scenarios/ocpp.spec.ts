import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation16 } from '../tools/src/station/simulated-station-16.js';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { ALABAMA_PLAIN, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

/** The same charge over real OCPP sockets: the station shows the price, the start is the consent. */
describe('charging over OCPP', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const address = (stationId: string) => gateway.ocppAddress(stationId);
  const minutesAgo = (minutes: number): string =>
    new Date(Date.now() - minutes * 60_000).toISOString();

  /** The session of a transaction, as soon as the read model has it rated. */
  const ratedSession = async (utility: string, transactionId: string): Promise<unknown> => {
    let found: unknown;
    await gateway.until(async () => {
      const sessions = await gateway.api(utility, 'GET', '/sessions?role=visited');
      found = list(sessions.body, 'items').find(
        (item) => at(item, 'transactionId') === transactionId,
      );
      return at(found, 'state') === 'rated';
    }, 'the session is rated');
    return found;
  };

  it('2.0.1: price in the answer, cost while charging, total at the end', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const token = { idToken: GOLD, type: 'Central' as const };
    const authorized = await station.authorize(token);
    expect(authorized.status).toBe('Accepted');
    expect(authorized.message).toContain('0.2755 USD/kWh');
    const transactionId = randomUUID();
    const started = await station.start({
      transactionId,
      evseId: 1,
      token,
      meterWh: '1000',
      at: minutesAgo(60),
      offline: true,
    });
    expect(started.status).toBe('Accepted');
    const running = await station.meter({ meterWh: '11000', at: minutesAgo(30), offline: true });
    expect(running.totalCost).toBe('2.95');
    const ended = await station.end({
      meterWh: '21000',
      at: minutesAgo(0),
      stateOfChargePercent: '80',
      offline: true,
    });
    expect(ended.totalCost).toBe('5.90');
    await station.close();

    const session = await ratedSession('duke-energy', transactionId);
    expect(session).toMatchObject({ state: 'rated', consent: { channel: 'ocpp' } });
  });

  it('1.6: the gateway numbers the transaction; the start is the consent', async () => {
    const station = await SimulatedStation16.connect(address('ALA-BHM-001'));
    await station.boot();
    const idTag = '84005416011000055516';
    expect(await station.authorize(idTag)).toBe('Accepted');
    const started = await station.start({
      connectorId: 1,
      idTag,
      meterWh: '5000',
      at: minutesAgo(70),
    });
    expect(started.status).toBe('Accepted');
    const again = await station.start({
      connectorId: 1,
      idTag,
      meterWh: '5000',
      at: minutesAgo(69),
    });
    expect(again.transactionId).not.toBe(started.transactionId);
    await station.meter(1, started.transactionId, '8000', minutesAgo(40));
    await station.stop(started.transactionId, '15000', minutesAgo(0));
    await station.close();
    const session = await ratedSession('alabama-power', started.transactionId);
    // `ocpp` once the station has said that it knows cost messages; before that the agreed price holds
    expect(text(session, 'consent.channel')).toMatch(/^(ocpp|preAgreed)$/);
  });

  it('a repeated 1.6 start has one transaction', async () => {
    const station = await SimulatedStation16.connect(address('DUKE-RDU-002'));
    await station.boot();
    const start = { connectorId: 1, idTag: ALABAMA_PLAIN, meterWh: '700', at: minutesAgo(5) };
    const first = await station.start(start);
    const second = await station.start(start);
    expect(second).toEqual(first);
    await station.stop(first.transactionId, '2700', minutesAgo(0));
    await station.close();
  });

  it('a wrong password gets no socket, and a refused driver a status', async () => {
    await expect(
      SimulatedStation201.connect({ ...address('DUKE-CLT-001'), password: 'wrong' }),
    ).rejects.toThrow();
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const statuses: [string, string][] = [
      ['84000195011000078916', 'Blocked'],
      ['84007140014000001127', 'NoCredit'],
      ['84000195011000012375', 'Invalid'],
      ['27600077013000000935', 'Unknown'],
    ];
    for (const [idToken, status] of statuses) {
      const answer = await station.authorize({ idToken, type: 'Central' });
      expect([idToken, answer.status]).toEqual([idToken, status]);
    }
    await station.close();
  });

  it('keeps every frame in the wire log, without a CIN in it', async () => {
    let frames: readonly unknown[] = [];
    await gateway.until(async () => {
      const path = '/stations/DUKE-CLT-001/messages?limit=500';
      frames = list((await gateway.api('duke-energy', 'GET', path)).body, 'items');
      return frames.some((frame) => at(frame, 'action') === 'TransactionEvent');
    }, 'the wire log shows the transaction');
    for (const frame of frames) expect(text(frame, 'raw')).not.toContain(GOLD);
  });
});
