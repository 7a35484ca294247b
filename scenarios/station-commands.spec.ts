import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedStation16 } from '../tools/src/station/simulated-station-16.js';
import { SimulatedStation201 } from '../tools/src/station/simulated-station-201.js';
import { CallRefused, type JsonObject } from '../tools/src/station/station-socket.js';
import { GOLD } from './charge.js';
import { at, Gateway, list, text, type Answer } from './gateway.js';

/** Staff of the visited utility calls its stations by any OCPP call, and reads what they answered. */
describe('calls towards a station', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });

  afterAll(async () => {
    await gateway.dispose();
  });

  const address = (stationId: string) => gateway.ocppAddress(stationId);
  const command = (stationId: string, action: string, payload: unknown): Promise<Answer> =>
    gateway.api('duke-energy', 'POST', `/stations/${stationId}/commands/${action}`, payload);

  /** the operation of a command, as soon as it is over */
  async function ended(asked: Answer): Promise<unknown> {
    expect([asked.status, asked.body]).toEqual([202, expect.anything()]);
    const path = `/operations/${text(asked.body, 'operationId')}`;
    let operation: unknown;
    await gateway.until(async () => {
      operation = (await gateway.api('duke-energy', 'GET', path)).body;
      return at(operation, 'state') !== 'pending';
    }, 'the operation ends');
    return operation;
  }

  it('1.6: the answer, a CALLERROR, and a password that nobody reads', async () => {
    const station = await SimulatedStation16.connect(address('DUKE-RDU-002'));
    const heard: [string, JsonObject][] = [];
    station.socket.onCall = (action, payload) => {
      heard.push([action, payload]);
      if (action === 'Reset') throw new CallRefused('InternalError', 'not now');
      return action === 'GetConfiguration'
        ? { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] }
        : { status: 'Accepted' };
    };
    const read = await ended(await command('DUKE-RDU-002', 'GetConfiguration', {}));
    expect(read).toMatchObject({
      state: 'answered',
      answer: { configurationKey: [{ key: 'HeartbeatInterval', value: '300' }] },
    });
    expect(await ended(await command('DUKE-RDU-002', 'Reset', { type: 'Soft' }))).toMatchObject({
      state: 'error',
      error: { code: 'InternalError', description: 'not now' },
    });
    const key = { key: 'AuthorizationKey', value: 'canary-of-a-password' };
    const changed = await ended(await command('DUKE-RDU-002', 'ChangeConfiguration', key));
    expect(changed).toMatchObject({ state: 'answered', payload: { value: '[secret]' } });
    expect(heard.at(-1)).toEqual(['ChangeConfiguration', key]);
    let log = '';
    await gateway.until(async () => {
      const path = '/stations/DUKE-RDU-002/messages?limit=500';
      log = JSON.stringify((await gateway.api('duke-energy', 'GET', path)).body);
      return log.includes('ChangeConfiguration');
    }, 'the wire log shows the command');
    expect(log).not.toContain('canary');
    await station.close();
  });

  it('refuses what the standard refuses, before anybody is called', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const refused: [string, string, unknown, number, string][] = [
      ['DUKE-CLT-001', 'Reset', { type: 'Soft' }, 400, 'malformed_request'],
      ['DUKE-CLT-001', 'Reset', {}, 400, 'malformed_request'],
      ['DUKE-CLT-001', 'Restart', {}, 422, 'unprocessable'],
      ['DUKE-CLT-001', 'GetConfiguration', {}, 422, 'unprocessable'],
      ['ALA-BHM-001', 'ClearCache', {}, 404, 'not_found'],
      ['NOBODY-001', 'ClearCache', {}, 404, 'not_found'],
    ];
    for (const [stationId, action, payload, status, code] of refused) {
      const answer = await command(stationId, action, payload);
      expect([action, answer.status, at(answer.body, 'code')]).toEqual([action, status, code]);
    }
    await station.close();
  });

  it('tells that a station is not there', async () => {
    const gone = await command('DUKE-CLT-001', 'GetBaseReport', {
      requestId: 1,
      reportBase: 'SummaryInventory',
    });
    expect(await ended(gone)).toMatchObject({ state: 'offline' });
    const foreign = await gateway.api(
      'alabama-power',
      'GET',
      `/operations/${text(gone.body, 'operationId')}`,
    );
    expect(foreign.status).toBe(404);
  });

  it('2.0.1: a remote start opens a session that the start binds to, a remote stop ends it', async () => {
    const station = await SimulatedStation201.connect(address('DUKE-CLT-001'));
    await station.boot();
    const calls: string[] = [];
    station.socket.onCall = (action) => {
      calls.push(action);
      return { status: 'Accepted' };
    };
    const token = { idToken: GOLD, type: 'Central' as const };
    const started = await ended(
      await command('DUKE-CLT-001', 'RequestStartTransaction', {
        remoteStartId: 7,
        evseId: 1,
        idToken: token,
      }),
    );
    expect(started).toMatchObject({ state: 'answered', answer: { status: 'Accepted' } });
    expect(JSON.stringify(started)).not.toContain(GOLD);
    const transactionId = randomUUID();
    const now = (): string => new Date().toISOString();
    await station.start({ transactionId, evseId: 1, token, meterWh: '1000', at: now() });
    const stopping = await ended(
      await command('DUKE-CLT-001', 'RequestStopTransaction', { transactionId }),
    );
    expect(at(stopping, 'sessionId')).toBe(text(started, 'sessionId'));
    expect(calls).toEqual(['RequestStartTransaction', 'RequestStopTransaction']);
    await station.end({ meterWh: '1000', at: now() }, 'Remote');
    await gateway.until(async () => {
      const { body } = await gateway.api('duke-energy', 'GET', '/sessions?role=visited');
      const session = list(body, 'items').find(
        (item) => at(item, 'sessionId') === at(started, 'sessionId'),
      );
      return at(session, 'transactionId') === transactionId && at(session, 'state') === 'rated';
    }, 'the session is rated');
    await station.close();
  });

  it('starts nobody remotely who may not charge', async () => {
    const station = await SimulatedStation16.connect(address('DUKE-RDU-002'));
    const calls: string[] = [];
    station.socket.onCall = (action) => {
      calls.push(action);
      return { status: 'Accepted' };
    };
    const blocked = { idTag: '84000195011000078916', connectorId: 1 };
    expect(
      await ended(await command('DUKE-RDU-002', 'RemoteStartTransaction', blocked)),
    ).toMatchObject({ state: 'refused', reason: 'consumer_blocked' });
    expect(calls).not.toContain('RemoteStartTransaction');
    await station.close();
  });
});
