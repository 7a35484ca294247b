import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signedBy, signedWorld, VISITED, type Editable, type Key } from './signed-world.js';
import { ALL_CHECKS, at, namesOf, verifyWorld } from './verify-harness.js';

const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spkiHex = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).toString('hex');
const meter = ecKeys();
const otherMeter = ecKeys();

/** An OCMF record of a whole charge, as a meter writes it. */
function ocmf(key: KeyObject = meter.privateKey, stopKwh = '21.000'): string {
  const told = [`{"TX":"B","RV":1.000,"RU":"kWh"}`, `{"TX":"E","RV":${stopKwh},"RU":"kWh"}`];
  const payload = `{"FV":"1.0","MS":"M-1","PG":"T7","RD":[${told.join()}]}`;
  const bytes = sign('sha256', Buffer.from(payload), key);
  const signature = { SA: 'ECDSA-secp256r1-SHA256', SD: bytes.toString('hex') };
  return `OCMF|${payload}|${JSON.stringify(signature)}`;
}

interface Wish {
  readonly stop?: string | null;
  readonly key?: KeyObject;
  readonly signer?: Key;
  readonly registration?: Editable;
  readonly afterwards?: (registration: Editable) => void;
}

function world({ stop = ocmf(), key, signer, registration, afterwards }: Wish = {}) {
  return signedWorld({
    cdr: (cdr) => {
      const place = { stationId: 'DUKE-CLT-001', connectorId: 1 };
      Object.assign(cdr, { ...place, stationRecordHash: 'a'.repeat(64) });
      const told = signedBy(signer ?? VISITED.aaa, {
        type: 'meterRegistration',
        schemaVersion: 1,
        utility: cdr['visitedUtility'],
        stationId: cdr['stationId'],
        connectorId: cdr['connectorId'],
        meterSerial: 'M-1',
        meterKey: spkiHex(key ?? meter.publicKey),
        stationRecordHash: cdr['stationRecordHash'],
        notBefore: '2026-01-01T00:00:00Z',
        ...registration,
      });
      afterwards?.(told);
      const signedData = stop === null ? null : { format: 'OCMF', start: null, stop };
      Object.assign(at(cdr, 'meter'), { signedData, registration: told });
    },
  });
}

const REGISTRATION = 'cdr meter registration';
const SIGNATURE = 'cdr meter signature';

describe('what a meter signed', () => {
  it('is checked again by the key that visited has registered', async () => {
    for (const stop of [ocmf(), null]) {
      const outcome = await verifyWorld(world({ stop }));
      expect(namesOf('FAIL', outcome)).toEqual([]);
      expect(namesOf('ok', outcome)).toHaveLength(ALL_CHECKS.length + 2);
    }
  });

  const faults: readonly [string, Wish, string[]][] = [
    ['an altered record', { stop: ocmf().replace('21.000', '22.000') }, [SIGNATURE]],
    ['a record of other registers', { stop: ocmf(meter.privateKey, '21.001') }, [SIGNATURE]],
    ['a record that another key signed', { stop: ocmf(otherMeter.privateKey) }, [SIGNATURE]],
    ['another key registered', { key: otherMeter.publicKey }, [SIGNATURE]],
    [
      'another key put into the registration',
      {
        stop: ocmf(otherMeter.privateKey),
        afterwards: (told) => {
          at(told, 'document')['meterKey'] = spkiHex(otherMeter.publicKey);
        },
      },
      [REGISTRATION],
    ],
    [
      'a registration by the service that signs CDRs',
      { signer: VISITED.settlement },
      [REGISTRATION],
    ],
    ['the key of another connector', { registration: { connectorId: 2 } }, [REGISTRATION]],
    [
      'the key of another record of the station',
      { registration: { stationRecordHash: 'f'.repeat(64) } },
      [REGISTRATION],
    ],
    ['a key that is none', { registration: { meterKey: '00'.repeat(40) } }, [SIGNATURE]],
  ];

  it.each(faults)('finds %s', async (_, wish, expected) => {
    const outcome = await verifyWorld(world(wish));
    expect(namesOf('FAIL', outcome)).toEqual(expected);
    expect(outcome.status).toBe(1);
  });
});
