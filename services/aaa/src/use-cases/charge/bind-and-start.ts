import { parseInstant } from '@roamgrid/kernel';
import type { EventReply } from '../../ports.js';
import type { Session, TransactionEvent } from '../../session/session.js';
import { BILL_FOLLOWS } from '../messages-to-driver.js';
import type { OpenedSession } from '../swipe.js';
import { applyToSession } from './apply-to-session.js';
import { noteShown } from '../local-list/note-shown.js';
import { quotedSession } from './bind-session.js';
import { quarantine, readingsOf, type Applied, type ChargeStep } from './charge-step.js';
import { quoteUnder } from './release-mandate.js';
import { replyFor } from './reply.js';
import { startCharge } from './start-charge.js';

/** A start whose driver has neither a session nor a quote here has to be authorized first. */
export async function needsAuthorization(
  step: Omit<ChargeStep, 'transactionId'>,
): Promise<boolean> {
  const { parts, unit, event } = step;
  const { stationId, transactionId, sessionId, newSessionId, identity } = event;
  if (event.step !== 'started' || sessionId !== null) return false;
  if (identity === null || newSessionId === null) return false;
  const isHeld =
    transactionId !== null &&
    (await unit.sessions.lockByTransaction(stationId, transactionId)) !== null;
  return !isHeld && (await quotedSession(parts, unit, event)) === null;
}

/**
 * No session has this transaction yet: find the driver's quote, or the session opened in line. Events
 * that came before their start are joined to it in their order.
 */
export async function bindAndStart(
  step: ChargeStep,
  opened: OpenedSession | null,
): Promise<Applied> {
  const { parts, unit, event, transactionId } = step;
  // two events of one transaction at once: the second sees what the first joined
  await unit.inbox.lockTransaction(event.stationId, transactionId);
  const held = await unit.sessions.lockByTransaction(event.stationId, transactionId);
  if (held !== null) return applyToSession(step, held);
  const earlier = await unit.inbox.unjoined(event.stationId, transactionId);
  const events = inOrderOfTransaction([...earlier, event]);
  const [first = event, ...rest] = events;
  if (first.step !== 'started') return keepUnjoined(step, 'start_missing');
  // whichever event named the driver: a cable may be plugged in before a card is shown
  const named = events.find(({ identity }) => identity !== null) ?? event;
  const quoted = await quotedSession(parts, unit, named);
  if (quoted === null && opened === null) return keepUnjoined(step, 'driver_unknown');
  const bound = quoted ?? (await insertOpened(step, opened));
  await unit.inbox.join(event.stationId, transactionId, bound.sessionId);
  const channel = quoted !== null && event.showsPrice ? 'ocpp' : 'preAgreed';
  const begun: ChargeStep = {
    ...step,
    event: { ...first, connectorId: first.connectorId ?? event.connectorId },
  };
  let applied: { session: Session; reply: EventReply } =
    bound.state === 'refused'
      ? await keepRefused(begun, bound)
      : await startCharge(begun, bound, channel);
  for (const later of rest) {
    applied = await applyToSession({ ...step, event: later }, applied.session);
  }
  await unit.suspense.join(event.stationId, transactionId);
  return applied;
}

async function insertOpened(step: ChargeStep, opened: OpenedSession | null): Promise<Session> {
  if (opened === null) throw new RangeError('nothing was opened');
  const session: Session = { ...opened.session, transactionId: step.transactionId };
  await step.unit.sessions.insert(session);
  if (session.terms !== null) {
    // where its one session is taken already, the start itself finds nothing to reserve
    await quoteUnder(step.parts, step.unit, session.sessionId, session.terms.mandate);
  }
  const { identity } = step.event;
  if (identity !== null) {
    noteShown(step.parts, step.unit, { identity, medium: 'rfid', pin: null }, session);
  }
  step.unit.trace(session.sessionId, opened.trace);
  return session;
}

/** Refused in line; the register at the start is kept, so that energy taken all the same can be told. */
async function keepRefused(
  step: ChargeStep,
  session: Session,
): Promise<{ session: Session; reply: EventReply }> {
  const kept: Session = {
    ...session,
    progress: { ...session.progress, readings: readingsOf(step.event) },
  };
  await step.unit.sessions.save(kept);
  return { session: kept, reply: replyFor(kept, step.transactionId) };
}

const STEP_ORDER: Readonly<Record<TransactionEvent['step'], number>> = {
  started: 0,
  updated: 1,
  ended: 2,
};

/** Start, updates, end; among updates by sequence number where the protocol has one, else by their time. */
function inOrderOfTransaction(events: readonly TransactionEvent[]): TransactionEvent[] {
  return [...events].sort(
    (left, right) =>
      STEP_ORDER[left.step] - STEP_ORDER[right.step] ||
      (left.sequenceNumber ?? 0) - (right.sequenceNumber ?? 0) ||
      parseInstant(left.at) - parseInstant(right.at),
  );
}

/** Kept until its start or its driver is known; once it ends, or meters without a start, staff see it. */
async function keepUnjoined(
  step: ChargeStep,
  code: 'start_missing' | 'driver_unknown',
): Promise<Applied> {
  const { unit, event, transactionId } = step;
  const reply = replyFor(null, transactionId);
  const isLoss = event.step === 'ended' || (event.step === 'updated' && code === 'start_missing');
  if (!isLoss) return { session: null, reply };
  const isShown =
    event.step === 'updated' && (await unit.suspense.isOpen(event.stationId, transactionId, code));
  if (!isShown) {
    const detail =
      code === 'start_missing'
        ? 'metered without a start that arrived'
        : 'ended without a driver who was known';
    await quarantine(step, code, detail, null, readingsOf(event));
  }
  const message = event.step === 'ended' ? BILL_FOLLOWS : '';
  return { session: null, reply: { ...reply, message, quarantined: code } };
}
