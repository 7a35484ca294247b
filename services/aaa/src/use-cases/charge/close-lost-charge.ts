import { divideUp, formatInstant, parseEnergyWh, parseInstant } from '@roamgrid/kernel';
import { inOrder } from '../../session/metering.js';
import type { Session, TransactionEvent } from '../../session/session.js';
import { readingsOf, type ChargeStep } from './charge-step.js';
import { connectorAt, serialOf } from './connector-at.js';
import { endLostCharge } from './end-charge.js';

const MS_PER_HOUR = 3_600_000n;

/**
 * Another transaction begins where a charge still meters, or where nothing was heard of the last one for long: that
 * charge's stop was lost on the way. The register at the new start, whoever it is for, is the register at the lost
 * stop, where it is the same meter's and not lower.
 */
export async function closeLostCharge(step: ChargeStep): Promise<void> {
  const { event, unit, station, transactionId } = step;
  if (event.step !== 'started') return;
  const connectorId = connectorAt(station, event.connectorId ?? (await connectorOfNamed(step)));
  if (connectorId === null) return;
  const connector = { stationId: event.stationId, connectorId };
  // the HTTP API names its session, whose connector was free at its consent
  const onlySilent = event.sessionId !== null;
  const lost = await unit.sessions.lockMetering(connector, transactionId, onlySilent);
  const closing = lost === null ? null : closingReading(step, lost, connectorId);
  if (lost === null || closing === null) return;
  const stop: TransactionEvent = {
    ...event,
    step: 'ended',
    at: closing.at,
    readings: [closing],
    signedData: null,
    stopReason: 'Other',
  };
  await endLostCharge(
    { ...step, event: stop, transactionId: lost.transactionId ?? lost.sessionId },
    lost,
  );
}

/** The HTTP API names the connector at the swipe, and afterwards the session. */
async function connectorOfNamed({ unit, event }: ChargeStep): Promise<number | null> {
  if (event.sessionId === null) return null;
  const named = await unit.sessions.lock(event.sessionId);
  return named?.stationId === event.stationId ? named.connectorId : null;
}

/** The register proves the energy and not the time: no more of it is billed than that energy needs. */
function closingReading(
  { station, event }: ChargeStep,
  { progress }: Session,
  connectorId: number,
): TransactionEvent['readings'][number] | null {
  const last = progress.readings.at(-1);
  const [first] = inOrder(readingsOf(event));
  const meterSerial = event.meterSerial ?? serialOf(station, connectorId);
  if (last === undefined || first === undefined || progress.meterSerial !== meterSerial)
    return null;
  const [lastMs, firstMs] = [parseInstant(last.at), parseInstant(first.at)];
  const energy = parseEnergyWh(first.meterWh) - parseEnergyWh(last.meterWh);
  if (energy < 0n || firstMs < lastMs) return null;
  const { evses } = station.record.document;
  const powerW = evses.find((evse) => evse.connectorId === connectorId)?.powerW ?? '1';
  const neededMs = Number(divideUp(energy * MS_PER_HOUR, BigInt(powerW) * 1_000n));
  const at = formatInstant(Math.min(firstMs, lastMs + neededMs));
  return { at, meterWh: first.meterWh, powerW: null, stateOfChargePercent: null };
}
