import { noteStart, subjectOf, type ConsentDocument } from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { faultOfReading, TEN_MINUTES_MS } from '../../session/metering.js';
import { nextState } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import { consentWithin } from '../consent.js';
import { quarantine, readingsOf, type ChargeStep } from './charge-step.js';
import { replyFor } from './reply.js';

/** The station began to meter a session that was consented, or whose quote the start accepts. */
export async function startCharge(
  step: ChargeStep,
  bound: Session,
  transactionId: string,
  channel: ConsentDocument['channel'],
): Promise<{ session: Session; reply: EventReply }> {
  const consented =
    bound.state === 'quoted' ? await consentWithin(step.parts, step.unit, bound, channel) : bound;
  const state = nextState(bound.state, bound.state === 'quoted' ? 'startOnQuote' : 'start');
  if (state === null) {
    throw new RoamgridError('state_conflict', `a session that is ${bound.state} does not start`);
  }
  const [reading] = readingsOf(step.event);
  const fault = reading === undefined ? null : faultOfReading(reading, [], step.parts.clock.now());
  const started: Session = {
    ...consented,
    state: fault === null ? state : 'suspense',
    connectorId: step.event.connectorId ?? bound.connectorId,
    transactionId,
    expiresMs: null,
    message: 'Charging.',
    progress: {
      ...consented.progress,
      startAt: reading?.at ?? step.event.at,
      readings: reading === undefined ? [] : [reading],
      meterSerial: step.event.meterSerial,
      signedStart: step.event.signedData,
      flags: startFlags(step, consented),
    },
  };
  await step.unit.saveSession(started);
  await publishStart(step, started);
  if (fault !== null) {
    await quarantine(step, fault, 'the start cannot be true', started.sessionId, transactionId);
  }
  const reply = { ...replyFor(started, transactionId), state: 'charging', quarantined: fault };
  return { session: started, reply };
}

/** A start long before the consent is rated but flagged, and held from invoicing until home agrees. */
function startFlags(step: ChargeStep, session: Session): string[] {
  const consentAt = session.progress.consent?.document.at;
  const flags = step.event.offline ? ['offline'] : [];
  if (consentAt === undefined || step.event.offline) return flags;
  const early = parseInstant(step.event.at) < parseInstant(consentAt) - TEN_MINUTES_MS;
  return early ? [...flags, 'start_before_consent'] : flags;
}

async function publishStart(step: ChargeStep, session: Session): Promise<void> {
  const { parts, unit, event } = step;
  const mandate = session.terms?.mandate.document;
  await unit.trace(session.sessionId, [
    {
      step: 'start',
      occurrence: session.transactionId ?? session.sessionId,
      from: event.stationId,
      to: `${parts.utility}/aaa`,
      atMs: parseInstant(event.wire.receivedAt),
      durationMs: Math.max(0, parts.clock.now() - parseInstant(event.wire.receivedAt)),
      documentHash: null,
    },
  ]);
  if (mandate === undefined || mandate.homeUtility === parts.utility) return;
  await unit.send({
    to: mandate.homeUtility,
    subject: subjectOf(noteStart),
    key: `visit:${session.sessionId}`,
    payload: {
      sessionId: session.sessionId,
      visitedUtility: parts.utility,
      mandateId: mandate.mandateId,
      pseudonym: mandate.pseudonym,
      stationId: event.stationId,
      startAt: session.progress.startAt ?? event.at,
    },
  });
}
