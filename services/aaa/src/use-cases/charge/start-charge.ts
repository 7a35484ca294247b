import {
  noteStart,
  subjectOf,
  type ConsentDocument,
  type RefusalReason,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import { TEN_MINUTES_MS, type MeteringFault } from '../../session/metering.js';
import { nextState, type SessionEvent } from '../../session/session-states.js';
import type { Session } from '../../session/session.js';
import { isTakenByCharges } from '../authorize/check-concurrency.js';
import { consentWithin } from '../consent.js';
import { REFUSAL_MESSAGES } from '../messages-to-driver.js';
import { connectorAt, serialOf } from './connector-at.js';
import {
  quarantine,
  readingsOf,
  takeEvidence,
  takeReadings,
  type AppliedToSession,
  type ChargeStep,
} from './charge-step.js';
import { METER_ROLLBACK, ROLLBACK_DETAIL, startsBelowLastStop } from './meter-rollback.js';
import { giveBack } from './release-mandate.js';
import { replyFor } from './reply.js';
import { hasInvalidSequence } from './sequence.js';

/** The station began to meter a session that was consented, or whose quote the start accepts. */
export async function startCharge(
  step: ChargeStep,
  bound: Session,
  channel: ConsentDocument['channel'],
): Promise<AppliedToSession> {
  const refusal = channel === 'preAgreed' && !isPreAgreed(bound) ? 'tariff_unavailable' : null;
  if (refusal !== null) return refuseStart(step, bound, refusal);
  const entitled = await entitle(step, bound, channel);
  if (entitled === null) return refuseStart(step, bound, await reasonOfNoRest(step, bound));
  const connectorId = connectorAt(step.station, step.event.connectorId ?? bound.connectorId);
  const { accepted, faults } = takeReadings(step, entitled);
  const fault = faultOfStart(step, connectorId) ?? faults[0]?.fault ?? null;
  const readings = fault === null ? accepted : takeEvidence(step, entitled).accepted;
  const begun: Session = {
    ...entitled,
    state: stateAfter(bound, fault),
    connectorId,
    transactionId: step.transactionId,
    expiresMs: null,
    message: 'Charging.',
    progress: {
      ...entitled.progress,
      startAt: readings[0]?.at ?? step.event.at,
      readings,
      meterSerial: step.event.meterSerial ?? serialOf(step.station, connectorId),
      signedStart: step.event.signedData,
      flags: startFlags(step, entitled),
    },
  };
  const hasFallen = await startsBelowLastStop(step, begun);
  const started = hasFallen ? flagged(begun, METER_ROLLBACK) : begun;
  await takeConnector(step, bound, started);
  await step.unit.sessions.save(started);
  if (bound.identityKey !== null) {
    await step.unit.sessions.useReservation(bound.stationId, bound.identityKey);
  }
  publishStart(step, started);
  if (fault !== null) {
    await quarantine(step, fault, 'the start cannot be true', started, readingsOf(step.event));
  }
  if (hasFallen) await quarantine(step, METER_ROLLBACK, ROLLBACK_DETAIL, started);
  return { session: started, reply: replyToStart(step, started, fault) };
}

function faultOfStart(step: ChargeStep, connectorId: number | null): MeteringFault | null {
  if (hasInvalidSequence(step)) return 'sequence_invalid';
  return connectorId === null ? 'unknown_connector' : null;
}

function flagged(session: Session, flag: string): Session {
  const { progress } = session;
  return { ...session, progress: { ...progress, flags: [...progress.flags, flag] } };
}

function replyToStart(step: ChargeStep, session: Session, fault: string | null): EventReply {
  return { ...replyFor(session, step.transactionId), quarantined: fault };
}

function isPreAgreed(session: Session): boolean {
  return session.terms?.mandate.document.preAgreedPrice ?? false;
}

const START_EVENTS: Readonly<Partial<Record<Session['state'], SessionEvent>>> = {
  quoted: 'startOnQuote',
  consented: 'start',
  expired: 'lateStart',
};

function stateAfter(bound: Session, fault: MeteringFault | null): Session['state'] {
  const event = fault === null ? START_EVENTS[bound.state] : 'contradict';
  const state = event === undefined ? null : nextState(bound.state, event);
  if (state !== null) return state;
  throw new RoamgridError('state_conflict', `a session that is ${bound.state} does not start`);
}

/**
 * The consent and the reservation that a start stands on. What a late start had reserved is free again:
 * its energy flowed while the consent held, and is booked at the stop.
 */
async function entitle(
  step: ChargeStep,
  bound: Session,
  channel: ConsentDocument['channel'],
): Promise<Session | null> {
  const isLate = step.event.offline && channel === 'preAgreed';
  return bound.state === 'quoted'
    ? consentWithin(step.parts, step.unit, bound, channel, isLate)
    : bound;
}

/**
 * Over OCPP energy flows already: whoever held the connector does so no longer, and shows at its end
 * whether the two overlap. A late start tells of the past and holds nothing now.
 */
async function takeConnector(step: ChargeStep, bound: Session, started: Session): Promise<void> {
  const { sessions } = step.unit;
  if (bound.state === 'expired') return sessions.leaveConnector(bound.sessionId);
  const { connectorId, stationId, sessionId, state } = started;
  if (step.event.sessionId !== null || connectorId === null || state !== 'charging') return;
  await sessions.freeConnector(stationId, connectorId, sessionId);
}

/** Why nothing could be reserved: the driver's other charges hold it, or it is used. */
async function reasonOfNoRest({ unit }: ChargeStep, { terms }: Session): Promise<RefusalReason> {
  if (terms === null) return 'credit_exhausted';
  const balance = await unit.mandates.lockBalance(terms.mandate);
  return isTakenByCharges(terms.mandate, balance) ? 'concurrent_session' : 'credit_exhausted';
}

/** The start may not charge: no price was agreed, or no credit is left. What it meters goes to suspense. */
async function refuseStart(
  step: ChargeStep,
  bound: Session,
  reason: RefusalReason,
): Promise<AppliedToSession> {
  const refused: Session = {
    ...bound,
    state: nextState(bound.state, 'refuse') ?? 'refused',
    refusal: reason,
    message: REFUSAL_MESSAGES[reason],
    transactionId: step.transactionId,
    expiresMs: null,
    progress: { ...bound.progress, readings: readingsOf(step.event) },
  };
  await step.unit.sessions.save(refused);
  if (bound.terms !== null) {
    await giveBack(step.parts, step.unit, bound.sessionId, bound.terms.mandate);
  }
  return { session: refused, reply: replyFor(refused, step.transactionId) };
}

/** A start long before the consent is rated but flagged, and held from invoicing until home agrees. */
function startFlags(step: ChargeStep, session: Session): string[] {
  const consentAt = session.progress.consent?.document.at;
  const flags = step.event.offline ? ['offline'] : [];
  if (consentAt === undefined || step.event.offline) return flags;
  const early = parseInstant(step.event.at) < parseInstant(consentAt) - TEN_MINUTES_MS;
  return early ? [...flags, 'start_before_consent'] : flags;
}

function publishStart(step: ChargeStep, session: Session): void {
  const { parts, unit, event } = step;
  const receivedMs = parseInstant(event.wire.receivedAt);
  unit.trace(session.sessionId, [
    {
      step: 'start',
      occurrence: step.transactionId,
      from: event.stationId,
      to: `${parts.utility}/aaa`,
      atMs: receivedMs,
      durationMs: Math.max(0, parts.clock.now() - receivedMs),
      documentHash: null,
    },
  ]);
  const signed = session.terms?.mandate;
  if (signed === undefined) return;
  const mandate = signed.document;
  unit.send({
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
      ...(session.state === 'suspense' ? { inSuspense: true } : {}),
      ...(mandate.offline === undefined ? {} : { offlineMandate: signed }),
    },
  });
}
