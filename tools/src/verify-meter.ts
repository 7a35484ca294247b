import { createPublicKey, verify } from 'node:crypto';
import { cdrDocument, signedMeterRegistration } from '@roamgrid/contracts';
import { documentHash, signedMeterFault, type VerifyMeterSignature } from '@roamgrid/documents';
import { z } from 'zod';
import { sha256 } from './sha256.js';
import { assertSame, check, Difference, type Check } from './verify-check.js';
import { readPart } from './verify-figures.js';
import { describeSigner, findSigner, type KeyFile, type Signer } from './verify-signature.js';

const metered = cdrDocument
  .pick({
    visitedUtility: true,
    stationId: true,
    connectorId: true,
    stationRecordHash: true,
    meter: true,
  })
  .loose();
const registered = z.looseObject({
  meter: z.looseObject({ registration: signedMeterRegistration }),
});
/** the service whose key registers a station's meters: `aaa-1` */
const REGISTRAR = /^aaa-\d+$/;

const verifyMeter: VerifyMeterSignature = ({ hash, keyHex, payload, encoding, value }) => {
  const key = createPublicKey({ key: Buffer.from(keyHex, 'hex'), format: 'der', type: 'spki' });
  return verify(hash, Buffer.from(payload, 'utf8'), key, Buffer.from(value, encoding));
};

async function checkRegistration(
  document: unknown,
  visited: Signer | null,
  keyFiles: readonly KeyFile[],
): Promise<string> {
  const { registration } = readPart(registered, document).meter;
  const { visitedUtility, ...cdr } = readPart(metered, document);
  const { document: said, documentHash: announced, signature } = registration;
  assertSame('the registration’s hash', announced, documentHash(said, sha256));
  const visitedFiles = visited === null ? keyFiles : [visited.keyFile];
  const signer = await findSigner(said, signature, visitedFiles);
  if (!REGISTRAR.test(signer.header.kid)) {
    throw new Difference(`signed by ${signer.header.kid}, which registers no meters`);
  }
  assertSame('the registration’s utility', said.utility, visitedUtility);
  assertSame('its station', said.stationId, cdr.stationId);
  assertSame('its connector', String(said.connectorId), String(cdr.connectorId));
  assertSame('its station record', said.stationRecordHash, cdr.stationRecordHash);
  return describeSigner(signer);
}

function checkRecords(document: unknown): string {
  const { registration } = readPart(registered, document).meter;
  const { meter } = readPart(metered, document);
  const { startWh, stopWh, signedData } = meter;
  if (signedData === null) return 'the meter signed nothing';
  const { meterSerial, meterKey } = registration.document;
  const serial = meter.meterSerial ?? meterSerial;
  const told = { ...signedData, meterSerial: serial, startWh, stopWh };
  const fault = signedMeterFault(told, meterKey, verifyMeter);
  if (fault !== null) throw new Difference(fault);
  return `signed by the registered key of ${serial ?? 'the connector’s meter'}`;
}

/** What the meter signed, by the key that visited's aaa registered for it; nothing where it registered none. */
export async function checkSignedMeter(
  document: unknown,
  visited: Signer | null,
  keyFiles: readonly KeyFile[],
): Promise<Check[]> {
  const named = z.looseObject({ meter: z.looseObject({ registration: z.unknown() }) });
  if (named.safeParse(document).data?.meter['registration'] === undefined) return [];
  return [
    await check('cdr meter registration', () => checkRegistration(document, visited, keyFiles)),
    await check('cdr meter signature', () => checkRecords(document)),
  ];
}
