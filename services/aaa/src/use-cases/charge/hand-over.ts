import { recordCharge, subjectOf, type ChargeRecord } from '@roamgrid/contracts';
import { formatEnergyKwh, parseInstant, RoamgridError, type EnergyMilliWh } from '@roamgrid/kernel';
import { timeZoneVersion, type ResolvedUtcOffset } from '@roamgrid/platform';
import type { Station } from '../../ports.js';
import { periodsOf } from '../../session/metering.js';
import type { Session } from '../../session/session.js';
import type { ChargeStep } from './charge-step.js';

/** Hands the metered charge to settlement, with everything that entitles and re-rates it. */
export function handOver(
  step: ChargeStep,
  session: Session,
  utcOffsets: readonly ResolvedUtcOffset[],
  unbilledEnergyMilliWh: EnergyMilliWh,
): void {
  const { parts, unit, event } = step;
  unit.trace(session.sessionId, [
    {
      step: 'stop',
      occurrence: transactionOf(session),
      from: event.stationId,
      to: `${parts.utility}/aaa`,
      atMs: parseInstant(event.wire.receivedAt),
      durationMs: Math.max(0, parts.clock.now() - parseInstant(event.wire.receivedAt)),
      documentHash: null,
    },
  ]);
  sendCharge(step, session, utcOffsets, unbilledEnergyMilliWh);
}

/** What a charge is handed over with, whether its station stopped it or staff corrected it. */
type HandOver = Pick<ChargeStep, 'parts' | 'unit' | 'station'>;

/** Hands the charge over without a step of its own in the trace. */
export function sendCharge(
  by: HandOver,
  session: Session,
  utcOffsets: readonly ResolvedUtcOffset[],
  unbilledEnergyMilliWh: EnergyMilliWh,
): void {
  const charge = chargeRecordOf(by.station, session, utcOffsets, unbilledEnergyMilliWh);
  by.unit.send({
    to: by.parts.utility,
    subject: subjectOf(recordCharge),
    key: `charge:${session.sessionId}`,
    payload: { charge, agreedTariff: session.terms?.agreedTariff },
  });
}

/** A session that no station named has itself as its transaction. */
const transactionOf = ({ transactionId, sessionId }: Session): string => transactionId ?? sessionId;

/** A charge as settlement gets it; the same session and station give the same record. */
export function chargeRecordOf(
  station: Station,
  session: Session,
  utcOffsets: readonly ResolvedUtcOffset[],
  unbilledEnergyMilliWh: EnergyMilliWh,
): ChargeRecord {
  const { progress, stationId, sessionId } = session;
  return {
    sessionId,
    transactionId: transactionOf(session),
    stationId,
    ...entitlementOf(session),
    ...placeOf(station, session.connectorId),
    ...meteringOf(session, station),
    stopReason: progress.stopReason ?? 'Local',
    timeZoneVersion: timeZoneVersion(),
    utcOffsets: [...utcOffsets],
    unbilledEnergyKwh: formatEnergyKwh(unbilledEnergyMilliWh),
    flags: [...progress.flags],
  };
}

/** Who charged, on whose word, at which price. */
function entitlementOf({ terms, progress, authorizedBy }: Session) {
  if (terms === null || progress.consent === null || authorizedBy === null) {
    throw new RoamgridError('internal', 'an ended charge lacks what entitles it');
  }
  const { mandate, quote, agreedTariff } = terms;
  const { homeUtility, visitedUtility, pseudonym, customerClass } = mandate.document;
  return {
    homeUtility,
    visitedUtility,
    pseudonym,
    customerClass,
    authorizedBy,
    mandate,
    agreedTariffHash: agreedTariff.documentHash,
    quote,
    consent: progress.consent,
  };
}

/** Where, as the station's signed record says it. */
function placeOf({ record }: Station, connectorId: number | null) {
  const { stationClass, provider, providerSharePercentage, timeZone, evses } = record.document;
  const { location } = record.document;
  const evse = evses.find((candidate) => candidate.connectorId === connectorId);
  if (evse === undefined) throw new RoamgridError('internal', 'an ended charge has no connector');
  return {
    stationClass,
    connectorId: evse.connectorId,
    evsePowerW: evse.powerW,
    stationRecordHash: record.documentHash,
    ...(location === undefined ? {} : { location }),
    ...(evse.plug === undefined ? {} : { plug: evse.plug }),
    provider,
    providerSharePercentage,
    timeZone,
  };
}

function meteringOf(session: Session, { meters }: Station) {
  const registration = meters.find(({ document }) => document.connectorId === session.connectorId);
  const { readings, meterSerial } = session.progress;
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined) {
    throw new RoamgridError('internal', 'an ended charge has no registers');
  }
  return {
    startAt: first.at,
    endAt: last.at,
    meter: {
      startWh: first.meterWh,
      stopWh: last.meterWh,
      meterSerial,
      signedData: signedDataOf(session),
      ...(registration === undefined ? {} : { registration }),
    },
    periods: periodsOf(readings),
  };
}

function signedDataOf(session: Session): ChargeRecord['meter']['signedData'] {
  const { signedStart, signedStop } = session.progress;
  const format = signedStop?.format ?? signedStart?.format;
  if (format === undefined) return null;
  return { format, start: signedStart?.value ?? null, stop: signedStop?.value ?? null };
}
