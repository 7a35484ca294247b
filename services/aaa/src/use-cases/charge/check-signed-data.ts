import { parseEnergyWh } from '@roamgrid/kernel';
import { readSignedRecord, type SignedRecord } from '../../session/ocmf.js';
import type { Session } from '../../session/session.js';
import type { ChargeStep } from './charge-step.js';
import { METER_ROLLBACK } from './meter-rollback.js';

/** OCMF's transaction marks: begin, and the kinds of end */
const BEGIN = 'B';
const ENDS: readonly string[] = ['E', 'L', 'R', 'A', 'P', 'i'];

/**
 * What a meter signed about a charge, held against what its station told. Only where the station's record has the
 * key of the connector's meter; without signed data there is nothing to check.
 *
 * @returns the code under which the session is set aside; null where nothing contradicts
 */
export async function signedDataFault(step: ChargeStep, session: Session): Promise<string | null> {
  const { evses } = step.station.record.document;
  const evse = evses.find(({ connectorId }) => connectorId === session.connectorId);
  const texts = textsOf(session);
  if (evse?.meterKey === undefined || texts.length === 0) return null;
  const { meterKey } = evse;
  const records = texts.map((text) => readSignedRecord(text, meterKey));
  const known = records.filter((record) => record !== null);
  if (known.length < records.length) return 'signature_invalid';
  const serial = session.progress.meterSerial ?? evse.meterSerial;
  if (known.some(({ meterSerial }) => serial !== null && meterSerial !== serial)) {
    return 'signature_invalid';
  }
  if (await step.unit.sessions.hasSigned(session, texts)) return 'signed_record_reused';
  return (
    pairFault(known) ??
    (await rollback(step, session, known, meterKey)) ??
    valueFault(session, known)
  );
}

function textsOf({ progress: { signedStart, signedStop } }: Session): string[] {
  const texts = [signedStart, signedStop].flatMap((data) => (data === null ? [] : [data.value]));
  // one record of the whole transaction may come twice
  return [...new Set(texts)];
}

/** A start and a stop in records of their own are two records that the meter made one after the other. */
function pairFault([start, stop]: readonly SignedRecord[]): string | null {
  if (start === undefined || stop === undefined) return null;
  const isNext =
    start.pagination.context === stop.pagination.context &&
    start.pagination.number + 1 === stop.pagination.number;
  return isNext ? null : 'signed_records_mismatched';
}

/** The meter counts on: a number not above the last one means that it was reset, or that a record is old. */
async function rollback(
  step: ChargeStep,
  session: Session,
  [first]: readonly SignedRecord[],
  meterKey: string,
): Promise<string | null> {
  const lastText = await step.unit.sessions.lastSigned(session);
  const last = lastText === null ? null : readSignedRecord(lastText, meterKey);
  if (first === undefined || last === null) return null;
  const isSameCount = first.pagination.context === last.pagination.context;
  return isSameCount && first.pagination.number <= last.pagination.number ? METER_ROLLBACK : null;
}

/** The signed registers rule: one that differs from what was told is staff's to bill by. */
function valueFault(session: Session, records: readonly SignedRecord[]): string | null {
  const readings = records.flatMap((record) => record.readings);
  const [first, last] = [session.progress.readings.at(0), session.progress.readings.at(-1)];
  const begin = readings.find(({ kind }) => kind === BEGIN);
  const end = readings.findLast(({ kind }) => ENDS.includes(kind));
  const differs = (told: string | undefined, signed: typeof begin): boolean =>
    signed !== undefined && told !== undefined && parseEnergyWh(told) !== signed.energyMilliWh;
  return differs(first?.meterWh, begin) || differs(last?.meterWh, end)
    ? 'signed_value_differs'
    : null;
}
