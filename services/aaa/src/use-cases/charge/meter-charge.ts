import { formatEnergyKwh, formatMoney, parseInstant } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { energyOf, faultOfReading } from '../../session/metering.js';
import { offsetsOver, rateRetail } from '../../session/rate-retail.js';
import { nextState } from '../../session/session-states.js';
import type { Session, SessionReading } from '../../session/session.js';
import { quarantine, readingsOf, type ChargeStep } from './charge-step.js';
import { replyFor } from './reply.js';

/** Register readings during the charge: judged one by one, then the cost so far and the credit left. */
export async function meterCharge(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<{ session: Session; reply: EventReply }> {
  const { accepted, fault } = await takeReadings(step, session, transactionId);
  const event = step.event.activity === 'idle' ? 'pause' : 'resume';
  const metered: Session = {
    ...session,
    state: nextState(session.state, event) ?? session.state,
    progress: {
      ...session.progress,
      startAt: session.progress.startAt ?? accepted[0]?.at ?? null,
      readings: accepted,
    },
  };
  await step.unit.saveSession(metered);
  await traceMeter(step, metered);
  const cost = await costSoFar(step, metered);
  return {
    session: metered,
    reply: { ...replyFor(metered, transactionId), ...cost, quarantined: fault },
  };
}

/** Readings that contradict the clock or the registers before them are set aside, each by itself. */
export async function takeReadings(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<{ accepted: SessionReading[]; fault: string | null }> {
  const accepted = [...session.progress.readings];
  let fault: string | null = null;
  for (const reading of readingsOf(step.event)) {
    const found = faultOfReading(reading, accepted, step.parts.clock.now());
    if (found === null) {
      accepted.push(reading);
      continue;
    }
    fault = found;
    const detail = `reading ${reading.meterWh} Wh at ${reading.at}`;
    await quarantine(step, found, detail, session.sessionId, transactionId);
  }
  return { accepted, fault };
}

async function costSoFar(
  step: ChargeStep,
  session: Session,
): Promise<Pick<EventReply, 'energyKwh' | 'runningCost' | 'stop'>> {
  const { readings } = session.progress;
  const energyKwh = formatEnergyKwh(energyOf(readings));
  if (session.terms === null) return { energyKwh, runningCost: null, stop: null };
  const offsets = offsetsOver(
    step.station.record.document.timeZone,
    readings,
    step.parts.clock.now(),
  );
  const { rating } = rateRetail(session.terms.mandate.document, readings, offsets);
  const reserved = await step.unit.reservationOf(session.sessionId);
  const exhausted =
    reserved !== null &&
    (rating.totalInclTaxMinor >= reserved.minor || energyOf(readings) >= reserved.energyMilliWh);
  return {
    energyKwh,
    runningCost: {
      currency: rating.currency,
      totalInclTax: formatMoney({ currency: rating.currency, minor: rating.totalInclTaxMinor }),
    },
    stop: exhausted ? 'credit_exhausted' : null,
  };
}

async function traceMeter(step: ChargeStep, session: Session): Promise<void> {
  const receivedMs = parseInstant(step.event.wire.receivedAt);
  await step.unit.trace(session.sessionId, [
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
