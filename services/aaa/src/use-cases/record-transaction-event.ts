import { RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import type { EventReply, InboxEntry, Station, UnitOfWork } from '../ports.js';
import type { Session, TransactionEvent } from '../session/session.js';
import { authorizeInLine, namedSession, quotedSession } from './charge/bind-session.js';
import { quarantine, type ChargeStep } from './charge/charge-step.js';
import { endCharge } from './charge/end-charge.js';
import { meterCharge } from './charge/meter-charge.js';
import { replyFor } from './charge/reply.js';
import { startCharge } from './charge/start-charge.js';
import { BILL_FOLLOWS } from './messages-to-driver.js';
import type { OpenedSession } from './swipe.js';

/**
 * One step of a transaction, of any protocol. The raw event, what it changed and what was answered are
 * committed together; the same event again is answered the same, another content under its key is set
 * aside and changes nothing.
 */
export function recordTransactionEventWith(parts: AaaParts) {
  return async (event: TransactionEvent): Promise<EventReply> => {
    const station = await parts.stations.find(event.stationId);
    if (station === null) throw new RoamgridError('not_found', 'no such station');
    const opened = await openIfNeeded(parts, event, station);
    return parts.store.transaction(async (unit) => {
      const step: ChargeStep = { parts, unit, station, event };
      const known = await unit.lockInbox(event.stationId, event.naturalKey);
      if (known !== null) return answerAgain(step, known);
      const transactionId = event.transactionId ?? String(await unit.nextTransactionNumber());
      await unit.appendWire({
        stationId: event.stationId,
        direction: 'in',
        wire: event.wire,
        refusal: null,
      });
      const { session, reply } = await apply(step, transactionId, opened);
      await keep(step, transactionId, session?.sessionId ?? null, reply);
      return reply;
    });
  };
}

/** An OCPP start whose driver has no quote here is authorized first, outside the transaction. */
async function openIfNeeded(
  parts: AaaParts,
  event: TransactionEvent,
  station: Station,
): Promise<OpenedSession | null> {
  if (event.sessionId !== null || event.identity === null) return null;
  const settled = await parts.store.transaction(async (unit) => {
    if ((await unit.lockInbox(event.stationId, event.naturalKey)) !== null) return true;
    const { transactionId, stationId } = event;
    if (transactionId !== null) {
      const held = await unit.lockSessionByTransaction(stationId, transactionId);
      if (held !== null) return true;
    }
    return (await quotedSession(parts, unit, event)) !== null;
  });
  return settled ? null : authorizeInLine(parts, event, station);
}

async function answerAgain(step: ChargeStep, known: InboxEntry): Promise<EventReply> {
  if (known.payloadHash === step.event.payloadHash) return known.reply;
  await quarantine(
    step,
    'conflicting_duplicate',
    'the same event arrived again with other content; the first stays',
    known.sessionId,
    known.transactionId,
  );
  return { ...known.reply, quarantined: 'conflicting_duplicate' };
}

async function keep(
  step: ChargeStep,
  transactionId: string,
  sessionId: string | null,
  reply: EventReply,
): Promise<void> {
  const { event } = step;
  await step.unit.keepInbox(
    event.naturalKey,
    { payloadHash: event.payloadHash, event, transactionId, sessionId, reply },
    event.wire.receivedAt,
  );
}

interface Applied {
  readonly session: Session | null;
  readonly reply: EventReply;
}

async function apply(
  step: ChargeStep,
  transactionId: string,
  opened: OpenedSession | null,
): Promise<Applied> {
  const { unit, event } = step;
  const session =
    event.sessionId === null
      ? await unit.lockSessionByTransaction(event.stationId, transactionId)
      : await namedSession(unit, event, event.sessionId);
  if (session !== null) return applyToSession(step, session, transactionId);
  return bindAndStart(step, transactionId, opened);
}

/** The event belongs to a session that is known already. */
async function applyToSession(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<Applied> {
  switch (session.state) {
    case 'consented':
      return startCharge(step, session, transactionId, 'station');
    case 'charging':
    case 'idle':
      return applyToRunning(step, session, transactionId);
    case 'ended':
      return applyToEnded(step, session, transactionId);
    case 'refused':
      return applyToRefused(step, session, transactionId);
    case 'suspense':
      return { session, reply: { ...replyFor(session, transactionId), message: BILL_FOLLOWS } };
    case 'quoted':
    case 'declined':
    case 'expired':
      throw new RoamgridError('state_conflict', `the session is ${session.state}`);
  }
}

async function applyToRunning(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<Applied> {
  switch (step.event.step) {
    case 'started':
      return setAside(step, session, transactionId, 'conflicting_start');
    case 'updated':
      return meterCharge(step, session, transactionId);
    case 'ended':
      return endCharge(step, session, transactionId);
  }
}

/** A late reading of an ended charge changes nothing; another stop or start contradicts the first. */
async function applyToEnded(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<Applied> {
  switch (step.event.step) {
    case 'started':
      return setAside(step, session, transactionId, 'conflicting_start');
    case 'updated':
      return { session, reply: replyFor(session, transactionId) };
    case 'ended':
      return setAside(step, session, transactionId, 'conflicting_stop');
  }
}

/** Energy that a refused driver took all the same is somebody's money: it goes to suspense. */
async function applyToRefused(
  step: ChargeStep,
  session: Session,
  transactionId: string,
): Promise<Applied> {
  if (step.event.step !== 'ended') return { session, reply: replyFor(session, transactionId) };
  return setAside(step, session, transactionId, 'energy_without_authorization');
}

async function setAside(
  step: ChargeStep,
  session: Session,
  transactionId: string,
  code: string,
): Promise<Applied> {
  const detail = `a ${step.event.step} event of a session that is ${session.state}`;
  await quarantine(step, code, detail, session.sessionId, transactionId);
  return { session, reply: { ...replyFor(session, transactionId), quarantined: code } };
}

/** No session has this transaction yet: find the driver's quote, or the session opened in line. */
async function bindAndStart(
  step: ChargeStep,
  transactionId: string,
  opened: OpenedSession | null,
): Promise<Applied> {
  const { parts, unit, event } = step;
  const quoted = await quotedSession(parts, unit, event);
  if (quoted === null && opened === null) return keepUnjoined(step, transactionId);
  const earlier = await unit.unjoinedEvents(event.stationId, transactionId);
  const session = quoted ?? (await insertOpened(unit, opened, transactionId));
  await unit.joinEvents(event.stationId, transactionId, session.sessionId);
  if (session.state === 'refused') {
    return { session, reply: replyFor(session, transactionId) };
  }
  const [first = event, ...rest] = inOrderOfTransaction([...earlier, event]);
  const channel = quoted !== null && event.showsPrice ? 'ocpp' : 'preAgreed';
  const started = await startCharge({ ...step, event: first }, session, transactionId, channel);
  let applied: Applied = started;
  for (const later of rest) {
    if (applied.session === null) break;
    applied = await applyToSession({ ...step, event: later }, applied.session, transactionId);
  }
  await unit.joinSuspense(event.stationId, transactionId);
  return applied;
}

async function insertOpened(
  unit: UnitOfWork,
  opened: OpenedSession | null,
  transactionId: string,
): Promise<Session> {
  if (opened === null) throw new RoamgridError('internal', 'nothing was opened');
  const session: Session = { ...opened.session, transactionId };
  await unit.insertSession(session);
  await unit.trace(session.sessionId, opened.trace);
  return session;
}

const STEP_ORDER: Readonly<Record<TransactionEvent['step'], number>> = {
  started: 0,
  updated: 1,
  ended: 2,
};

/** By sequence number where the protocol has one, else start, updates, end by their time. */
function inOrderOfTransaction(events: readonly TransactionEvent[]): TransactionEvent[] {
  return [...events].sort((left, right) => {
    if (left.sequenceNumber !== null && right.sequenceNumber !== null) {
      return left.sequenceNumber - right.sequenceNumber;
    }
    return STEP_ORDER[left.step] - STEP_ORDER[right.step] || (left.at < right.at ? -1 : 1);
  });
}

/** Kept until its start arrives; an end without one is shown to staff at once. */
async function keepUnjoined(step: ChargeStep, transactionId: string): Promise<Applied> {
  const reply: EventReply = { ...replyFor(null, transactionId), state: 'unidentified' };
  if (step.event.step !== 'ended') return { session: null, reply };
  await quarantine(step, 'start_missing', 'an end whose start never arrived', null, transactionId);
  return {
    session: null,
    reply: { ...reply, message: BILL_FOLLOWS, quarantined: 'start_missing' },
  };
}
