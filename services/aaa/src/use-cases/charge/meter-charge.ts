import { formatEnergyKwh, formatMoney, parseInstant } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { energyOf, isImplausible } from '../../session/metering.js';
import { offsetsOver, tryRateRetail } from '../../session/rate-retail.js';
import { nextState, type SessionState } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import {
  quarantine,
  takeReadings,
  type AppliedToSession,
  type ChargeStep,
  type TakenReadings,
} from './charge-step.js';
import { powerOf } from './connector-at.js';
import { isCreditUsedUp } from './extend-reservation.js';
import { replyFor } from './reply.js';

/** Register readings during the charge: judged one by one, then the cost so far and the credit left. */
export async function meterCharge(step: ChargeStep, session: Session): Promise<AppliedToSession> {
  const taken = takeReadings(step, session);
  const event = step.event.activity === 'idle' ? 'pause' : 'resume';
  const state = nextState(session.state, event) ?? session.state;
  const metered: Session = {
    ...session,
    state,
    message: messageOf(state),
    progress: {
      ...session.progress,
      startAt: session.progress.startAt ?? taken.accepted[0]?.at ?? null,
      readings: taken.accepted,
    },
  };
  const cost = await costSoFar(step, metered);
  const shown = cost.stop === null ? metered : { ...metered, message: CREDIT_EXHAUSTED };
  await step.unit.sessions.save(shown);
  traceMeter(step, shown);
  const quarantined = await setReadingsAside(step, shown, taken);
  return {
    session: shown,
    reply: { ...replyFor(shown, step.transactionId), ...cost, quarantined },
  };
}

const CREDIT_EXHAUSTED = 'The credit is used up. Charging stops.';

function messageOf(state: SessionState): string {
  return state === 'idle' ? 'Connected, not charging.' : 'Charging.';
}

/** Readings of an event that contradict the clock or other registers: one item, each reading its evidence. */
export async function setReadingsAside(
  step: ChargeStep,
  session: Session,
  { faults }: TakenReadings,
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

async function costSoFar(
  step: ChargeStep,
  session: Session,
): Promise<Pick<EventReply, 'energyKwh' | 'runningCost' | 'stop'>> {
  const { readings } = session.progress;
  const energyMilliWh = energyOf(readings);
  const energyKwh = formatEnergyKwh(energyMilliWh);
  if (session.terms === null) return { energyKwh, runningCost: null, stop: null };
  const { timeZone } = step.station.record.document;
  const offsets = offsetsOver(timeZone, readings, step.parts.clock.now());
  const rated = tryRateRetail(session.terms.mandate.document, readings, offsets);
  // without a price the charge goes to suspense at its stop; until then there is no cost to show
  if (typeof rated === 'string') return { energyKwh, runningCost: null, stop: null };
  const { currency, totalInclTaxMinor } = rated.rating;
  const used = { energyMilliWh, minor: totalInclTaxMinor };
  const isExhausted =
    isBelievable(step, session) &&
    (!rated.complete ||
      (await isCreditUsedUp(step.unit, session.sessionId, session.terms.mandate, used)));
  return {
    energyKwh,
    runningCost: {
      currency,
      totalInclTax: formatMoney({ currency, minor: totalInclTaxMinor }),
    },
    stop: isExhausted ? 'credit_exhausted' : null,
  };
}

/** Energy that no connector delivers uses up no credit: it goes to suspense at the stop. */
function isBelievable({ station }: ChargeStep, { connectorId, progress }: Session): boolean {
  const powerW = powerOf(station, connectorId);
  return powerW === null || !isImplausible(progress.readings, powerW);
}

function traceMeter(step: ChargeStep, session: Session): void {
  const receivedMs = parseInstant(step.event.wire.receivedAt);
  step.unit.trace(session.sessionId, [
    {
      step: 'meter',
      occurrence: step.event.payloadHash,
      from: step.event.stationId,
      to: `${step.parts.utility}/aaa`,
      atMs: receivedMs,
      durationMs: Math.max(0, step.parts.clock.now() - receivedMs),
      documentHash: null,
    },
  ]);
}
