import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { energyOf, inOrder, isImplausible } from '../../session/metering.js';
import { billOf, offsetsOver, rateRetail } from '../../session/rate-retail.js';
import { nextState } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import { BILL_FOLLOWS, endMessage } from '../messages-to-driver.js';
import { quarantine, type ChargeStep } from './charge-step.js';
import { handOver } from './hand-over.js';
import { takeReadings } from './meter-charge.js';
import { releaseMandate } from './release-mandate.js';
import { replyFor } from './reply.js';

/** The station stopped metering: rated for the driver and handed to settlement, or set aside. */
export async function endCharge(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<{ session: Session; reply: EventReply }> {
  const { accepted, fault } = await takeReadings(step, session, transactionId);
  const ordered = inOrder(accepted);
  const ended: Session = {
    ...session,
    progress: {
      ...session.progress,
      readings: ordered,
      startAt: ordered[0]?.at ?? session.progress.startAt,
      endAt: ordered.at(-1)?.at ?? step.event.at,
      signedStop: step.event.signedData,
      stopReason: step.event.stopReason,
      flags: [...session.progress.flags, ...endFlags(step, session)],
    },
  };
  const contradiction = fault ?? (await contradictionOf(step, ended));
  if (contradiction !== null) {
    return setAside(step, ended, transactionId, contradiction, fault === null);
  }
  return rateAndHandOver(step, ended, transactionId);
}

function endFlags(step: ChargeStep, session: Session): string[] {
  const late = step.event.offline && !session.progress.flags.includes('offline');
  return late ? ['offline'] : [];
}

/** What no single reading shows, but the whole session does. */
async function contradictionOf(step: ChargeStep, session: Session): Promise<string | null> {
  const { readings, startAt, endAt } = session.progress;
  if (readings.length === 0 || startAt === null || endAt === null) return 'register_missing';
  if (parseInstant(step.event.at) < parseInstant(startAt)) return 'time_reversed';
  if (isImplausible(readings, powerOf(step, session))) return 'energy_implausible';
  if (session.connectorId === null) return null;
  const others = await step.unit.overlapping(
    session.stationId,
    session.connectorId,
    session.sessionId,
    parseInstant(startAt),
    parseInstant(endAt),
  );
  return others.length > 0 ? 'sessions_overlap' : null;
}

function powerOf(step: ChargeStep, session: Session): bigint {
  const { evses } = step.station.record.document;
  const evse = evses.find((candidate) => candidate.connectorId === session.connectorId) ?? evses[0];
  if (evse === undefined) throw new RoamgridError('internal', 'the station has no connector');
  return BigInt(evse.powerW);
}

async function setAside(
  step: ChargeStep,
  session: Session,
  transactionId: string,
  code: string,
  isNew: boolean,
): Promise<{ session: Session; reply: EventReply }> {
  const held: Session = {
    ...session,
    state: nextState(session.state, 'contradict') ?? 'suspense',
    message: BILL_FOLLOWS,
  };
  await step.unit.saveSession(held);
  if (isNew) {
    const detail = 'the session contradicts itself and is not rated';
    await quarantine(step, code, detail, session.sessionId, transactionId);
  }
  await step.unit.settleReservation(session.sessionId, 0n, 0n);
  return {
    session: held,
    reply: { ...replyFor(held, transactionId), state: 'ended', quarantined: code },
  };
}

async function rateAndHandOver(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<{ session: Session; reply: EventReply }> {
  if (session.terms === null) throw new RoamgridError('internal', 'a charge has no terms');
  const { readings } = session.progress;
  const offsets = offsetsOver(
    step.station.record.document.timeZone,
    readings,
    step.parts.clock.now(),
  );
  const { rating, unbilledEnergyMilliWh } = rateRetail(
    session.terms.mandate.document,
    readings,
    offsets,
  );
  const ended: Session = {
    ...session,
    state: nextState(session.state, 'stop') ?? session.state,
    message: endMessage(step.parts.utilityName, readings.at(-1)?.stateOfChargePercent ?? null),
  };
  await step.unit.saveSession(ended);
  await handOver(step, ended, offsets, unbilledEnergyMilliWh);
  await step.unit.settleReservation(
    session.sessionId,
    energyOf(readings),
    rating.totalInclTaxMinor,
  );
  await releaseMandate(step.parts, step.unit, ended, true);
  return {
    session: ended,
    reply: {
      ...replyFor(ended, transactionId),
      bill: billOf(rating, unbilledEnergyMilliWh),
    },
  };
}
