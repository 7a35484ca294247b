import { formatEnergyKwh, formatMoney, parseInstant } from '@roamgrid/kernel';
import type { EventReply, Reservation, TraceEntry } from '../../ports.js';
import { energyOf, isImplausible } from '../../session/metering.js';
import { offsetsOver, tryRateRetail } from '../../session/rate-retail.js';
import { nextState, type SessionState } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import { isSilent } from '../../session/silence.js';
import {
  quarantine,
  takeReadings,
  type AppliedToSession,
  type ChargeStep,
  type MeterStep,
  type TakenReadings,
} from './charge-step.js';
import { powerOf } from './connector-at.js';
import { isCreditUsedUp } from './extend-reservation.js';
import { replyFor } from './reply.js';

/** Register readings during the charge: judged one by one, then the cost so far and the credit left. */
export async function meterCharge(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const metered = meterReadings(step, session);
  const stop = (await isExhausted(step, metered)) ? 'credit_exhausted' : null;
  const shown = stop === null ? metered.session : { ...metered.session, message: CREDIT_EXHAUSTED };
  await step.unit.sessions.save(shown);
  step.unit.trace(shown.sessionId, [meterTrace(step)]);
  const quarantined = await setReadingsAside(step, shown, metered);
  const reply = meteredReply(step, { ...metered, session: shown }, stop);
  return { session: shown, reply: { ...reply, quarantined } };
}

/** What readings make of a running charge. */
export interface Metered extends Pick<TakenReadings, 'faults'> {
  readonly session: Session;
  readonly energyKwh: string;
  readonly runningCost: EventReply['runningCost'];
  /** what counts against the credit: `all` of it is used up; null where nothing can be told of it */
  readonly used: Reservation | 'all' | null;
}

/** The session with the event's readings, as far as they fit, and what it comes to. Writes nothing. */
export function meterReadings(step: MeterStep, session: Session): Metered {
  const { accepted, faults } = takeReadings(step, session);
  const event = step.event.activity === 'idle' ? 'pause' : 'resume';
  const state = nextState(session.state, event) ?? session.state;
  const metered: Session = {
    ...session,
    state,
    message: messageOf(state),
    progress: {
      ...session.progress,
      startAt: session.progress.startAt ?? accepted[0]?.at ?? null,
      readings: accepted,
    },
  };
  return { session: metered, faults, ...costSoFar(step, metered) };
}

export function meteredReply(
  step: MeterStep,
  { session, energyKwh, runningCost }: Metered,
  stop: EventReply['stop'],
): EventReply {
  return { ...replyFor(session, step.transactionId), energyKwh, runningCost, stop };
}

async function isExhausted(step: ChargeStep, { session, used }: Metered): Promise<boolean> {
  if (used === null || session.terms === null) return false;
  // heard of again after its credit was given back: nothing is held for what it would take from now on
  if (isSilent(session)) return true;
  return (
    used === 'all' || isCreditUsedUp(step.unit, session.sessionId, session.terms.mandate, used)
  );
}

const CREDIT_EXHAUSTED = 'The credit is used up. Charging stops.';

function messageOf(state: SessionState): string {
  return state === 'idle' ? 'Connected, not charging.' : 'Charging.';
}

/** Readings of an event that contradict the clock or other registers: one item, each reading its evidence. */
export async function setReadingsAside(
  step: ChargeStep,
  session: Session,
  { faults }: Pick<TakenReadings, 'faults'>,
): Promise<string | null> {
  const [first] = faults;
  if (first === undefined) return null;
  const detail = faults
    .slice(0, 5)
    .map(({ reading, fault }) => `${fault}: ${reading.meterWh} Wh at ${reading.at}`)
    .join('; ');
  await quarantine(step, first.fault, detail, session);
  return first.fault;
}

function costSoFar(
  step: MeterStep,
  session: Session,
): Pick<Metered, 'energyKwh' | 'runningCost' | 'used'> {
  const { readings } = session.progress;
  const energyMilliWh = energyOf(readings);
  const energyKwh = formatEnergyKwh(energyMilliWh);
  if (session.terms === null) return { energyKwh, runningCost: null, used: null };
  const { timeZone } = step.station.record.document;
  const offsets = offsetsOver(timeZone, readings, step.parts.clock.now());
  const rated = tryRateRetail(session.terms.mandate.document, readings, offsets);
  // without a price the charge goes to suspense at its stop; until then there is no cost to show
  if (typeof rated === 'string') return { energyKwh, runningCost: null, used: null };
  const { currency, totalInclTaxMinor } = rated.rating;
  const totalInclTax = formatMoney({ currency, minor: totalInclTaxMinor });
  const counted = rated.complete ? { energyMilliWh, minor: totalInclTaxMinor } : ('all' as const);
  return {
    energyKwh,
    runningCost: { currency, totalInclTax },
    used: isBelievable(step, session) ? counted : null,
  };
}

/** Energy that no connector delivers uses up no credit: it goes to suspense at the stop. */
function isBelievable({ station }: MeterStep, { connectorId, progress }: Session): boolean {
  const powerW = powerOf(station, connectorId);
  return powerW === null || !isImplausible(progress.readings, powerW);
}

export function meterTrace({ parts, event }: MeterStep): TraceEntry {
  const receivedMs = parseInstant(event.wire.receivedAt);
  return {
    step: 'meter',
    occurrence: event.payloadHash,
    from: event.stationId,
    to: `${parts.utility}/aaa`,
    atMs: receivedMs,
    durationMs: Math.max(0, parts.clock.now() - receivedMs),
    documentHash: null,
  };
}
