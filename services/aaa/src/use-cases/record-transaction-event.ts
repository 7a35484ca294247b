import { RoamgridError } from '@roamgrid/kernel';
import { concernSession } from '@roamgrid/messaging';
import type { AaaParts } from '../aaa-parts.js';
import type { EventReply, InboxEntry, Station } from '../ports.js';
import type { Session, TransactionEvent } from '../session/session.js';
import { applyToSession } from './charge/apply-to-session.js';
import { bindAndStart, needsAuthorization } from './charge/bind-and-start.js';
import { authorizeInLine, namedSession } from './charge/bind-session.js';
import { quarantine, type Applied, type ChargeStep } from './charge/charge-step.js';
import { closeLostCharge } from './charge/close-lost-charge.js';
import { meterTogether } from './charge/meter-together.js';
import { giveBack } from './charge/release-mandate.js';
import { setReuseAside } from './charge/transaction-reuse.js';
import type { OpenedSession } from './swipe.js';

/** The driver must be authorized first, outside the transaction; then the event is recorded. */
const AUTHORIZE_FIRST = Symbol('authorizeFirst');

/**
 * One step of a transaction, of any protocol. The raw event, what it changed and what was answered are
 * committed together; the same event again is answered the same, another content under its key is set
 * aside and changes nothing.
 */
export function recordTransactionEventWith(parts: AaaParts) {
  return async (event: TransactionEvent): Promise<EventReply> => {
    const station = await parts.stations.find(event.stationId);
    if (station === null) throw new RoamgridError('not_found', 'no such station');
    const together = event.step === 'updated' ? await recordTogether(parts, station, event) : null;
    if (together !== null) return together;
    const first = await record(parts, station, event, null);
    if (first !== AUTHORIZE_FIRST) return first;
    const opened = await authorizeInLine(parts, event, station);
    const second = await record(parts, station, event, opened);
    if (second !== AUTHORIZE_FIRST) return second;
    throw new RoamgridError('internal', 'a driver was authorized and is not known');
  };
}

/** Committed with the meter events of other charges; null where the event has to be taken by itself. */
async function recordTogether(
  parts: AaaParts,
  station: Station,
  event: TransactionEvent,
): Promise<EventReply | null> {
  const reply = await parts.events.meter(event, (held) =>
    meterTogether(parts, station, event, held),
  );
  concernSession(reply?.sessionId ?? null);
  return reply;
}

function record(
  parts: AaaParts,
  station: Station,
  event: TransactionEvent,
  opened: OpenedSession | null,
): Promise<EventReply | typeof AUTHORIZE_FIRST> {
  const { stationId, naturalKey, wire } = event;
  return parts.store.transaction(async (unit) => {
    const known = await unit.inbox.lock(stationId, naturalKey);
    const start = { parts, unit, station, event, delivered: event };
    if (known !== null) {
      await unit.appendWire({ stationId, direction: 'in', wire, refusal: null });
      await discard({ ...start, transactionId: known.transactionId }, opened, null);
      return answerAgain({ ...start, transactionId: known.transactionId }, known);
    }
    if (opened === null && (await needsAuthorization(start))) return AUTHORIZE_FIRST;
    await unit.appendWire({ stationId, direction: 'in', wire, refusal: null });
    const transactionId = event.transactionId ?? String(await unit.inbox.nextTransactionNumber());
    const step: ChargeStep = { ...start, transactionId };
    const { session, reply, isSetAside } = await apply(step, opened);
    await discard(step, opened, session?.sessionId ?? null);
    const { payloadHash } = event;
    const sessionId = session?.sessionId ?? null;
    concernSession(sessionId);
    const entry: InboxEntry = { payloadHash, event, transactionId, sessionId, reply };
    await unit.inbox.keep(naturalKey, entry, isSetAside ?? false);
    return reply;
  });
}

/** A mandate that home made for this start, when the start turned out to have another session. */
async function discard(
  step: ChargeStep,
  opened: OpenedSession | null,
  usedId: string | null,
): Promise<void> {
  if (opened === null) return;
  const { session, unused } = opened;
  const mandate = session.sessionId === usedId ? unused : (session.terms?.mandate ?? unused);
  if (mandate !== null) await giveBack(step.parts, step.unit, session.sessionId, mandate);
}

/** The first stays. Other content under its key is kept too, once, as evidence beside it. */
async function answerAgain(step: ChargeStep, known: InboxEntry): Promise<EventReply> {
  const { unit, event } = step;
  if (known.payloadHash === event.payloadHash) return known.reply;
  const { transactionId, sessionId } = known;
  const key = `${event.naturalKey}#${event.payloadHash}`;
  const again = await unit.inbox.find(event.stationId, key);
  if (again !== null) return again.reply;
  const session = sessionId === null ? null : await unit.sessions.lock(sessionId);
  const reply =
    (await setReuseAside(step, session))?.reply ?? (await setDuplicateAside(step, known, session));
  const { payloadHash } = event;
  await unit.inbox.keep(key, { payloadHash, event, transactionId, sessionId, reply }, true);
  return reply;
}

async function setDuplicateAside(
  step: ChargeStep,
  known: InboxEntry,
  session: Session | null,
): Promise<EventReply> {
  const detail = 'the same event arrived again with other content; the first stays';
  await quarantine(step, 'conflicting_duplicate', detail, session);
  return { ...known.reply, quarantined: 'conflicting_duplicate' };
}

async function apply(step: ChargeStep, opened: OpenedSession | null): Promise<Applied> {
  await closeLostCharge(step);
  const { parts, unit, event } = step;
  if (event.sessionId !== null) {
    const named = await namedSession(unit, parts.clock.now(), event, event.sessionId);
    return applyToSession(step, named);
  }
  const held = await unit.sessions.lockByTransaction(event.stationId, step.transactionId);
  if (held !== null) return applyToSession(step, held);
  return bindAndStart(step, opened);
}
