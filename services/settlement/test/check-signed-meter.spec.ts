import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import type { Verifier } from '@roamgrid/platform';
import type { CdrDocument } from '../src/records.js';
import { checkSignedMeter } from '../src/review/check-signed-meter.js';

const ecKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spkiHex = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).toString('hex');
const meter = ecKeys();
const otherMeter = ecKeys();

/** An OCMF record of a whole charge, as a meter writes it. */
function ocmf(key: KeyObject, stopKwh = '21.000', serial = 'M-1'): string {
  const told = [`{"TX":"B","RV":1.000,"RU":"kWh"}`, `{"TX":"E","RV":${stopKwh},"RU":"kWh"}`];
  const payload = `{"FV":"1.0","MS":"${serial}","PG":"T7","RD":[${told.join()}]}`;
  const bytes = sign('sha256', Buffer.from(payload), key);
  return `OCMF|${payload}|${JSON.stringify({ SD: bytes.toString('hex') })}`;
}

type Meter = CdrDocument['meter'];
const REGISTERED = {
  utility: 'duke-energy',
  stationId: 'DUKE-CLT-001',
  connectorId: 1,
  meterSerial: 'M-1',
  meterKey: spkiHex(meter.publicKey),
  stationRecordHash: 'a'.repeat(64),
};

function cdrWith(stop: string | null, registered: object | null = {}) {
  const signedData: Meter['signedData'] =
    stop === null ? null : { format: 'OCMF', start: null, stop };
  const registration = { document: { ...REGISTERED, ...registered } };
  return {
    visitedUtility: 'duke-energy',
    stationId: 'DUKE-CLT-001',
    connectorId: 1,
    stationRecordHash: 'a'.repeat(64),
    meter: {
      startWh: '1000',
      stopWh: '21000',
      meterSerial: null,
      signedData,
      ...(registered === null ? {} : { registration }),
    } as Meter,
  };
}

const verifier = (isSigned = true): Verifier =>
  ({
    verify: (_signed: unknown, utility: string, service: string) => {
      if (isSigned && utility === 'duke-energy' && service === 'aaa') return Promise.resolve();
      return Promise.reject(new RoamgridError('signature_invalid', 'another key'));
    },
  }) as unknown as Verifier;

const good = ocmf(meter.privateKey);

/** What stands on the record; whether home objects. */
const CASES: readonly [string, ReturnType<typeof cdrWith>, boolean, boolean][] = [
  ['signed by the registered key', cdrWith(good), true, false],
  ['signed nothing', cdrWith(null), true, false],
  ['from before there were registrations', cdrWith('nonsense', null), true, false],
  ['an altered record', cdrWith(good.replace('21.000', '22.000')), true, true],
  ['other registers', cdrWith(ocmf(meter.privateKey, '21.001')), true, true],
  ['another key', cdrWith(ocmf(otherMeter.privateKey)), true, true],
  ['another meter', cdrWith(ocmf(meter.privateKey, '21.000', 'M-2')), true, true],
  ['no record at all', cdrWith('nonsense'), true, true],
  ['the key of another connector', cdrWith(good, { connectorId: 2 }), true, true],
  ['the key of another station', cdrWith(good, { stationId: 'DUKE-RDU-002' }), true, true],
  ['the key of another record', cdrWith(good, { stationRecordHash: 'b'.repeat(64) }), true, true],
  ['the key of another utility', cdrWith(good, { utility: 'georgia-power' }), true, true],
  ['a registration that visited’s aaa did not sign', cdrWith(good), false, true],
];

describe('what a meter signed, as home checks it again', () => {
  it.each(CASES)('%s', async (_, cdr, isSigned, isObjected) => {
    const found = await checkSignedMeter(cdr, verifier(isSigned));
    expect(found?.reasonCode ?? null).toBe(isObjected ? 'energy_differs' : null);
  });
});
