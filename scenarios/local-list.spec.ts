import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { SimulatedStation16 } from '../tools/src/station/simulated-station-16.js';
import { ALABAMA_PLAIN, charge, GOLD } from './charge.js';
import { at, Gateway, list, text } from './gateway.js';

/** DESIGN §7: in force so long after issue, whether acknowledged or not */
const IN_FORCE_MS = 60_000;

/** Stations keep a list of who may charge, for the time when their line is down. */
describe('the local authorization list', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const address = (stationId: string) => gateway.ocppAddress(stationId);

  async function block(cin: string): Promise<void> {
    const found = await gateway.api('alabama-power', 'POST', '/consumers/search', { cin });
    const path = `/consumers/${text(found.body, 'items.0.consumerId')}`;
    expect((await gateway.api('alabama-power', 'PATCH', path, { state: 'blocked' })).status).toBe(
      200,
    );
  }

  it('of a 2.0.1 station has who was shown here, and no longer who was revoked', async () => {
    await charge(gateway, { cin: GOLD, energyWh: 1_000, minutes: 5 });
    await charge(gateway, { cin: ALABAMA_PLAIN, energyWh: 1_000, minutes: 4, startWh: 2_000 });
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const { localList } = station.socket;
    const isListed = () => Promise.resolve(localList.allows(GOLD));
    await gateway.until(isListed, 'the list has the driver', IN_FORCE_MS);
    expect(localList.allows(ALABAMA_PLAIN)).toBe(true);
    const before = localList.version;
    await block(GOLD);
    await gateway.until(async () => !(await isListed()), 'the driver is off it', IN_FORCE_MS);
    expect(localList.version).toBeGreaterThan(before);
    expect(localList.allows(ALABAMA_PLAIN)).toBe(true);
    await station.close();
  });

  it('that a station lost is sent again, under a higher number', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const { localList } = station.socket;
    await gateway.until(
      () => Promise.resolve(localList.allows(ALABAMA_PLAIN)),
      'the list is there again',
      IN_FORCE_MS,
    );
    expect(localList.version).toBeGreaterThan(2);
    expect(localList.allows(GOLD)).toBe(false);
    await station.close();
  });

  it('of a 1.6 station is kept the same way', async () => {
    await charge(gateway, {
      stationId: 'DUKE-RDU-002',
      cin: ALABAMA_PLAIN,
      energyWh: 1_000,
      minutes: 3,
    });
    const station = await SimulatedStation16.connect(address('DUKE-RDU-002'));
    await station.boot();
    await gateway.until(
      () => Promise.resolve(station.socket.localList.allows(ALABAMA_PLAIN)),
      'the list has the driver',
      IN_FORCE_MS,
    );
    await station.close();
  });

  it('lets a station that is off-line charge; what is told later is billed as of its start', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const { localList } = station.socket;
    await gateway.until(
      () => Promise.resolve(localList.allows(ALABAMA_PLAIN)),
      'the list has the driver',
      IN_FORCE_MS,
    );
    await station.socket.lose();
    expect(localList.allows(ALABAMA_PLAIN)).toBe(true);
    const startAt = new Date().toISOString();
    await block(ALABAMA_PLAIN);
    const swipe = { connectorId: 2, cin: ALABAMA_PLAIN, medium: 'rfid' };
    await gateway.until(
      async () => {
        const { body } = await gateway.station('DUKE-CLT-001', 'POST', '/swipes', swipe);
        return at(body, 'reason') === 'consumer_blocked';
      },
      'the driver is refused by now',
      IN_FORCE_MS,
    );
    const back = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    back.socket.localList = localList;
    await back.boot();
    const transactionId = randomUUID();
    const token = { idToken: ALABAMA_PLAIN, type: 'Central' as const };
    const late = { offline: true };
    const begun = { transactionId, evseId: 2, token, meterWh: '9000', at: startAt, ...late };
    expect((await back.start(begun)).status).toBe('Accepted');
    await back.end({ meterWh: '9001', at: new Date().toISOString(), ...late });
    let told: unknown;
    await gateway.until(
      async () => {
        const { body } = await gateway.api('duke-energy', 'GET', '/sessions?role=visited');
        told = list(body, 'items').find((item) => at(item, 'transactionId') === transactionId);
        return at(told, 'state') === 'rated';
      },
      'the charge is rated',
      120_000,
    );
    await gateway.until(async () => {
      const path = `/sessions/${text(told, 'sessionId')}`;
      return at((await gateway.api('alabama-power', 'GET', path)).body, 'state') === 'rated';
    }, 'home accepts the charge');
    await gateway.until(
      () => Promise.resolve(!localList.allows(ALABAMA_PLAIN)),
      'the driver is off the list',
      IN_FORCE_MS,
    );
    await back.close();
  });

  it('stands in the wire log without any driver in it', async () => {
    let raw: string[] = [];
    await gateway.until(async () => {
      const path = '/stations/DUKE-CLT-001/messages?limit=500';
      const { body } = await gateway.api('duke-energy', 'GET', path);
      raw = list(body, 'items').map((frame) => text(frame, 'raw'));
      return raw.some((frame) => frame.includes('SendLocalList'));
    }, 'the wire log shows the list');
    for (const frame of raw) {
      expect(frame).not.toContain(GOLD);
      expect(frame).not.toContain(ALABAMA_PLAIN);
    }
  });
});
