import { signedMeterFault, type SignedMeterFault } from '@roamgrid/documents';
import { verifyMeterSignature, type Verifier } from '@roamgrid/platform';
import type { CdrDocument } from '../records.js';
import { isSigned, objection, type Objection } from './objection.js';

const WHAT_DIFFERS: Readonly<Record<SignedMeterFault, string>> = {
  signature_invalid: 'the meter’s registered key did not sign what came with the charge',
  signed_records_mismatched: 'the signed records are not one after the other',
  signed_value_differs: 'the meter signed other registers',
};

/**
 * What the meter signed, checked once more by the key that visited's AAA registered for it. A record without a
 * registration is from before there were any, or of a meter without a key.
 */
export async function checkSignedMeter(
  cdr: Pick<
    CdrDocument,
    'meter' | 'visitedUtility' | 'stationId' | 'connectorId' | 'stationRecordHash'
  >,
  verifier: Verifier,
): Promise<Objection | null> {
  const { meter, visitedUtility } = cdr;
  const { registration, signedData } = meter;
  if (registration === undefined) return null;
  if (!(await isSigned(verifier, registration, visitedUtility, 'aaa'))) {
    return objection('energy_differs', 'the meter’s key is not registered by visited');
  }
  const { utility, stationId, connectorId, stationRecordHash, meterKey } = registration.document;
  const isOfCharge =
    utility === visitedUtility &&
    stationId === cdr.stationId &&
    connectorId === cdr.connectorId &&
    stationRecordHash === cdr.stationRecordHash;
  if (!isOfCharge) return objection('energy_differs', 'the meter’s key is of another connector');
  if (signedData === null) return null;
  const { meterSerial } = registration.document;
  const told = { ...meter, ...signedData, meterSerial: meter.meterSerial ?? meterSerial };
  const fault = signedMeterFault(told, meterKey, verifyMeterSignature);
  return fault === null ? null : objection('energy_differs', WHAT_DIFFERS[fault]);
}
