import { recordCharge, subjectOf, type ChargeRecord } from '@roamgrid/contracts';
import { formatEnergyKwh, parseInstant, RoamgridError, type EnergyMilliWh } from '@roamgrid/kernel';
import { timeZoneVersion, type ResolvedUtcOffset } from '@roamgrid/platform';
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
  const charge = chargeRecordOf(step, session, utcOffsets, unbilledEnergyMilliWh);
  unit.trace(session.sessionId, [
    {
      step: 'stop',
      occurrence: charge.transactionId,
      from: event.stationId,
      to: `${parts.utility}/aaa`,
      atMs: parseInstant(event.wire.receivedAt),
      durationMs: Math.max(0, parts.clock.now() - parseInstant(event.wire.receivedAt)),
      documentHash: null,
    },
  ]);
  unit.send({
    to: parts.utility,
    subject: subjectOf(recordCharge),
    key: `charge:${session.sessionId}`,
    payload: { charge, agreedTariff: session.terms?.agreedTariff },
  });
}

function chargeRecordOf(
  step: ChargeStep,
  session: Session,
  utcOffsets: readonly ResolvedUtcOffset[],
  unbilledEnergyMilliWh: EnergyMilliWh,
): ChargeRecord {
  const { terms, progress } = session;
  const record = step.station.record;
  const first = progress.readings.at(0);
  const last = progress.readings.at(-1);
  const evse = record.document.evses.find(
    (candidate) => candidate.connectorId === session.connectorId,
  );
  if (
    terms === null ||
    progress.consent === null ||
    first === undefined ||
    last === undefined ||
    session.authorizedBy === null ||
    evse === undefined
  ) {
    throw new RoamgridError('internal', 'an ended charge lacks what entitles it');
  }
  const { mandate, quote } = terms;
  return {
    sessionId: session.sessionId,
    transactionId: session.transactionId ?? session.sessionId,
    homeUtility: mandate.document.homeUtility,
    visitedUtility: mandate.document.visitedUtility,
    pseudonym: mandate.document.pseudonym,
    authorizedBy: session.authorizedBy,
    customerClass: mandate.document.customerClass,
    stationClass: record.document.stationClass,
    stationId: session.stationId,
    connectorId: evse.connectorId,
    stationRecordHash: record.documentHash,
    evsePowerW: evse.powerW,
    provider: record.document.provider,
    providerSharePercentage: record.document.providerSharePercentage,
    mandate,
    agreedTariffHash: terms.agreedTariff.documentHash,
    quote,
    consent: progress.consent,
    startAt: first.at,
    endAt: last.at,
    stopReason: progress.stopReason ?? 'Local',
    meter: {
      startWh: first.meterWh,
      stopWh: last.meterWh,
      meterSerial: progress.meterSerial,
      signedData: signedDataOf(session),
    },
    periods: periodsOf(progress.readings),
    timeZone: record.document.timeZone,
    timeZoneVersion: timeZoneVersion(),
    utcOffsets: [...utcOffsets],
    unbilledEnergyKwh: formatEnergyKwh(unbilledEnergyMilliWh),
    flags: [...progress.flags],
  };
}

function signedDataOf(session: Session): ChargeRecord['meter']['signedData'] {
  const { signedStart, signedStop } = session.progress;
  const format = signedStop?.format ?? signedStart?.format;
  if (format === undefined) return null;
  return { format, start: signedStart?.value ?? null, stop: signedStop?.value ?? null };
}
