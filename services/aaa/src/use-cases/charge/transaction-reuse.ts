import { parseInstant } from '@roamgrid/kernel';
import { inOrder } from '../../session/metering.js';
import type { Session, SessionReading, TransactionEvent } from '../../session/session.js';
import { BILL_FOLLOWS } from '../messages-to-driver.js';
import { quarantine, readingsOf, type AppliedToSession, type ChargeStep } from './charge-step.js';
import { replyFor } from './reply.js';

const CODE = 'transaction_reused';

/**
 * A transaction id is good for one charge of a station's life. Used again after its end, the new charge has
 * no session and no price: the station is told that nobody stands for it, and what it meters all the same
 * is in suspense, with its energy, when it ends.
 *
 * @returns null where the event is no part of such a charge
 */
export async function setReuseAside(
  step: ChargeStep,
  session: Session | null,
): Promise<AppliedToSession | null> {
  if (session === null || session.progress.endAt === null) return null;
  const { event, unit, transactionId } = step;
  if (event.step === 'started') {
    return isAfter(event, session.progress.endAt) ? setAside(step, session, []) : null;
  }
  const start = await unit.inbox.reusedStart(event.stationId, transactionId);
  if (start === null || !isAfter(event, start.at)) return null;
  const metered =
    event.step === 'ended' ? inOrder([...readingsOf(start), ...readingsOf(event)]) : [];
  return setAside(step, session, metered);
}

function isAfter(event: TransactionEvent, at: string): boolean {
  return parseInstant(event.at) >= parseInstant(at);
}

async function setAside(
  step: ChargeStep,
  session: Session,
  metered: readonly SessionReading[],
): Promise<AppliedToSession> {
  const { event, transactionId } = step;
  const detail = `a ${event.step} event under the id of a transaction that is over`;
  await quarantine(step, CODE, detail, session, metered);
  const reply = {
    ...replyFor(session, transactionId),
    quarantined: CODE,
    refusal: event.step === 'started' ? ('credential_rejected' as const) : null,
    message: event.step === 'ended' ? BILL_FOLLOWS : '',
  };
  return { session, reply, isSetAside: true };
}
