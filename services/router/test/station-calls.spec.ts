import { describe, expect, it } from '@jest/globals';
import { Registry } from '@roamgrid/platform';
import { CALLS_TO_STATIONS } from '../src/ocpp/calls-to-stations.js';
import { actionsOf } from '../src/ocpp/actions.js';
import { isActionOf } from '../src/ocpp/payload-schema.js';
import { PROTOCOLS, type Protocol } from '../src/ocpp/protocol.js';
import { readCall } from '../src/use-cases/read-station-call.js';
import { CIN } from './router-fixture.js';

const registry = new Registry({ type: 'registry', schemaVersion: 1, version: 1, utilities: [] });
const read = (protocol: Protocol | null, action: string, payload: unknown) =>
  readCall({ registry }, protocol, action, JSON.stringify(payload));

describe('calls towards stations', () => {
  it.each(PROTOCOLS)('of %s each have a schema, and are none of a station’s own', (protocol) => {
    for (const action of CALLS_TO_STATIONS[protocol]) {
      expect([action, isActionOf(protocol, action)]).toEqual([action, true]);
    }
    const both = [...CALLS_TO_STATIONS[protocol]].filter((action) =>
      actionsOf(protocol).has(action),
    );
    // DataTransfer goes both ways
    expect(both).toEqual(['DataTransfer']);
  });

  const table: [string, Protocol | null, string, unknown, string | null, string][] = [
    ['sound, 1.6', 'ocpp1.6', 'Reset', { type: 'Soft' }, null, ''],
    ['sound, 2.0.1', 'ocpp2.0.1', 'Reset', { type: 'Immediate' }, null, ''],
    ['of the other version', 'ocpp1.6', 'Reset', { type: 'Immediate' }, 'payload', 'type'],
    ['of any version while off-line', null, 'Reset', { type: 'Immediate' }, null, ''],
    ['of no version while off-line', null, 'Reset', { type: 'Later' }, 'payload', 'type'],
    ['only 2.0.1 has', 'ocpp1.6', 'SetVariables', {}, 'otherVersion', 'action'],
    ['nobody has', 'ocpp1.6', 'Rest', {}, 'unknownAction', 'action'],
    ['__proto__', null, '__proto__', {}, 'unknownAction', 'action'],
    ['a station’s own', 'ocpp1.6', 'StartTransaction', {}, 'unknownAction', 'action'],
    ['an unknown member', 'ocpp1.6', 'ClearCache', { now: true }, 'payload', ''],
    ['a payload that is no object', 'ocpp1.6', 'ClearCache', [], 'payload', ''],
  ];
  it.each(table)('%s', (_what, protocol, action, payload, kind, path) => {
    const { fault } = read(protocol, action, payload);
    expect(fault === null ? null : fault.kind).toBe(kind);
    if (fault !== null) expect(fault.path).toBe(path);
  });

  it('names the driver of a remote start, and shows no token', () => {
    const idToken = { idToken: CIN, type: 'Central' };
    const call = read('ocpp2.0.1', 'RequestStartTransaction', {
      remoteStartId: 1,
      evseId: 2,
      idToken,
    });
    expect(call.start).toEqual({
      connectorId: 2,
      identity: { outcome: 'read', identity: { kind: 'cin', value: CIN }, homeUtility: null },
    });
    expect(call.shown).not.toContain(CIN);
    const older = read('ocpp1.6', 'RemoteStartTransaction', { idTag: CIN });
    expect(older.start).toMatchObject({ connectorId: null });
    expect(read('ocpp1.6', 'RemoteStopTransaction', { transactionId: 7 }).transactionId).toBe('7');
  });

  it.each([
    ['ChangeConfiguration', { key: 'AuthorizationKey', value: 'canary' }],
    [
      'SetVariables',
      {
        setVariableData: [
          {
            attributeValue: 'canary',
            component: { name: 'SecurityCtrlr' },
            variable: { name: 'BasicAuthPassword' },
          },
        ],
      },
    ],
  ])('%s with a password shows none', (action, payload) => {
    const call = read(null, action, payload);
    expect(call.fault).toBeNull();
    expect(call.shown).toContain('[secret]');
    expect(call.shown).not.toContain('canary');
  });
});
