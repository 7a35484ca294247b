import { parseInstant } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { energyOf, isImplausible } from '../../session/metering.js';
import { billOf, offsetsOver, tryRateRetail } from '../../session/rate-retail.js';
import { nextState } from '../../session/session-states.js';
import type { Session, SessionTerms } from '../../session/session.js';
import { BILL_FOLLOWS, endMessage } from '../messages-to-driver.js';
import {
  quarantine,
  readingsOf,
  takeEvidence,
  takeReadings,
  type AppliedToSession,
  type ChargeStep,
} from './charge-step.js';
import { signedDataFault } from './check-signed-data.js';
import { powerOf } from './connector-at.js';
import { handOver } from './hand-over.js';
import { releaseMandate } from './release-mandate.js';
import { replyFor } from './reply.js';
import { hasGap, hasInvalidSequence, SEQUENCE_GAP } from './sequence.js';

export const STOP_LOST = 'stop_lost';

/** The station stopped metering: rated for the driver and handed to settlement, or set aside. */
export async function endCharge(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const { accepted, faults } = takeReadings(step, session);
  const ended: Session = {
    ...session,
    progress: {
      ...session.progress,
      readings: accepted,
      startAt: accepted[0]?.at ?? session.progress.startAt,
      endAt: accepted.at(-1)?.at ?? step.event.at,
      signedStop: step.event.signedData,
      stopReason: step.event.stopReason,
      flags: [...session.progress.flags, ...(await endFlags(step, session))],
    },
  };
  const hadRegister = session.progress.readings.length > 0;
  const invalid = hasInvalidSequence(step) ? 'sequence_invalid' : null;
  const contradiction =
    invalid ??
    faults[0]?.fault ??
    (await contradictionOf(step, ended, hadRegister)) ??
    (await signedDataFault(step, ended));
  if (contradiction !== null) return setSessionAside(step, ended, contradiction);
  return rateAndHandOver(step, ended);
}

/**
 * Another charge began on the connector and nobody told this one's end: billed up to the register at which
 * the other began, and flagged.
 *
 * @param step its event is the stop as the register proves it
 */
export async function endLostCharge(step: ChargeStep, session: Session): Promise<void> {
  const { accepted, faults } = takeReadings(step, session);
  const { progress } = session;
  const ended: Session = {
    ...session,
    progress: {
      ...progress,
      readings: accepted,
      endAt: accepted.at(-1)?.at ?? step.event.at,
      stopReason: step.event.stopReason,
      flags: [...progress.flags, STOP_LOST],
    },
  };
  const contradiction = faults[0]?.fault ?? (await contradictionOf(step, ended, true));
  if (contradiction === null) await rateAndHandOver(step, ended);
  else await setSessionAside(step, ended, contradiction);
}

/** The stop of a charge that was ended without it: where it tells the same register, nothing is new. */
export function confirmsLostStop({ event }: ChargeStep, { progress }: Session): boolean {
  const [told, billed] = [readingsOf(event).at(-1), progress.readings.at(-1)];
  if (!progress.flags.includes(STOP_LOST) || told === undefined || billed === undefined)
    return false;
  return told.meterWh === billed.meterWh;
}

/** The bill of an ended charge, as it was told at its end. */
export function billAgain(step: ChargeStep, session: Session): EventReply['bill'] {
  const { readings } = session.progress;
  if (session.terms === null) return null;
  const { timeZone } = step.station.record.document;
  const offsets = offsetsOver(timeZone, readings, step.parts.clock.now());
  const rated = tryRateRetail(session.terms.mandate.document, readings, offsets);
  return typeof rated === 'string' ? null : billOf(rated.rating, rated.unbilledEnergyMilliWh);
}

/** The end of a session that is in suspense already: what it metered is evidence, what it held is free. */
export async function endInSuspense(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  if (session.progress.endAt !== null) {
    return { session, reply: replyFor(session, step.transactionId) };
  }
  const { accepted } = takeEvidence(step, session);
  return setSessionAside(
    step,
    { ...session, progress: { ...session.progress, readings: accepted, endAt: step.event.at } },
    'session_in_suspense',
  );
}

async function endFlags(step: ChargeStep, session: Session): Promise<string[]> {
  const late = step.event.offline && !session.progress.flags.includes('offline');
  // rated up to the last register that was told, and shown to whoever reviews the charge
  const blind = step.event.readings.length === 0;
  // the registers at both ends are what is billed; what was told between them may still arrive
  const gap = await hasGap(step);
  return [
    ...(late ? ['offline'] : []),
    ...(blind ? ['stop_register_missing'] : []),
    ...(gap ? [SEQUENCE_GAP] : []),
  ];
}

/** What no single reading shows, but the whole session does. */
async function contradictionOf(
  step: ChargeStep,
  session: Session,
  hadRegister: boolean,
): Promise<string | null> {
  const { readings, startAt, endAt } = session.progress;
  const isMetered = readings.length > 1 || (hadRegister && step.event.readings.length > 0);
  if (!isMetered || startAt === null || endAt === null) return 'register_missing';
  if (parseInstant(step.event.at) < parseInstant(startAt)) return 'time_reversed';
  const powerW = powerOf(step.station, session.connectorId);
  if (powerW === null) return 'unknown_connector';
  if (isImplausible(readings, powerW)) return 'energy_implausible';
  const others = await step.unit.sessions.overlapping(
    session,
    parseInstant(startAt),
    parseInstant(endAt),
  );
  return others.length > 0 ? 'sessions_overlap' : null;
}

/** Nothing is rated and nothing lost: all that was metered stands in the item's evidence. */
async function setSessionAside(
  step: ChargeStep,
  session: Session,
  code: string,
): Promise<AppliedToSession> {
  const held: Session = {
    ...session,
    state: nextState(session.state, 'contradict') ?? 'suspense',
    message: BILL_FOLLOWS,
  };
  await step.unit.sessions.save(held);
  const detail = 'the session contradicts itself and is not rated';
  await quarantine(step, code, detail, held, held.progress.readings);
  if (held.terms !== null) {
    const { mandateId } = held.terms.mandate.document;
    await step.unit.mandates.settle(held.sessionId, mandateId, 0n, 0n);
    await releaseMandate(step.parts, step.unit, held, false);
  }
  const reply = { ...replyFor(held, step.transactionId), quarantined: code };
  return { session: held, reply };
}

async function rateAndHandOver(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const { parts, unit, station } = step;
  const { readings } = session.progress;
  const terms = session.terms;
  if (terms === null) return setSessionAside(step, session, 'energy_without_authorization');
  const { mandate }: SessionTerms = terms;
  const offsets = offsetsOver(station.record.document.timeZone, readings, parts.clock.now());
  const rated = tryRateRetail(mandate.document, readings, offsets);
  if (typeof rated === 'string') return setSessionAside(step, session, rated);
  const { rating, unbilledEnergyMilliWh } = rated;
  const ended: Session = {
    ...session,
    state: nextState(session.state, 'stop') ?? session.state,
    message: endMessage(parts.utilityName, readings.at(-1)?.stateOfChargePercent ?? null),
  };
  await unit.sessions.save(ended);
  handOver(step, ended, offsets, unbilledEnergyMilliWh);
  await unit.mandates.settle(
    session.sessionId,
    mandate.document.mandateId,
    // what lies beyond the caps is on no driver's bill, and nothing of the mandate
    energyOf(readings) - unbilledEnergyMilliWh,
    rating.totalInclTaxMinor,
  );
  await releaseMandate(parts, unit, ended, true);
  const bill = billOf(rating, unbilledEnergyMilliWh);
  return { session: ended, reply: { ...replyFor(ended, step.transactionId), bill } };
}
