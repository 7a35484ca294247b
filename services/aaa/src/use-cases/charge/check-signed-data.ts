import { readSignedRecord, signedMeterFault, signedTexts } from '@roamgrid/documents';
import { verifyMeterSignature } from '@roamgrid/platform';
import type { Session } from '../../session/session.js';
import type { ChargeStep } from './charge-step.js';
import { METER_ROLLBACK } from './meter-rollback.js';

/**
 * What a meter signed about a charge, held against what its station told. Only where the station's record has the
 * key of the connector's meter; without signed data there is nothing to check.
 *
 * @returns the code under which the session is set aside; null where nothing contradicts
 */
export async function signedDataFault(step: ChargeStep, session: Session): Promise<string | null> {
  const { evses } = step.station.record.document;
  const evse = evses.find(({ connectorId }) => connectorId === session.connectorId);
  const { progress } = session;
  const signed = {
    start: progress.signedStart?.value ?? null,
    stop: progress.signedStop?.value ?? null,
  };
  const texts = signedTexts(signed);
  if (evse?.meterKey === undefined || texts.length === 0) return null;
  const { meterKey } = evse;
  const told = {
    ...signed,
    meterSerial: progress.meterSerial ?? evse.meterSerial,
    startWh: progress.readings.at(0)?.meterWh,
    stopWh: progress.readings.at(-1)?.meterWh,
  };
  const fault = signedMeterFault(told, meterKey, verifyMeterSignature);
  if (fault === 'signature_invalid') return fault;
  // a record of another charge is named as such, whatever else does not fit
  if (await step.unit.sessions.hasSigned(session, texts)) return 'signed_record_reused';
  if (fault === 'signed_records_mismatched') return fault;
  return (await rollback(step, session, texts, meterKey)) ?? fault;
}

/** The meter counts on: a number not above the last one means that it was reset, or that a record is old. */
async function rollback(
  step: ChargeStep,
  session: Session,
  [firstText = '']: readonly string[],
  meterKey: string,
): Promise<string | null> {
  const lastText = await step.unit.sessions.lastSigned(session);
  const [first, last] = [firstText, lastText ?? ''].map((text) =>
    readSignedRecord(text, meterKey, verifyMeterSignature),
  );
  if (first === undefined || first === null || last === undefined || last === null) return null;
  const isSameCount = first.pagination.context === last.pagination.context;
  return isSameCount && first.pagination.number <= last.pagination.number ? METER_ROLLBACK : null;
}
