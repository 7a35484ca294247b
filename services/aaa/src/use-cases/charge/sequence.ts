import type { Session, TransactionEvent } from '../../session/session.js';
import { quarantine, type ChargeStep } from './charge-step.js';

/** OCPP 2.0.1 counts in 32 bits (part 2, integer). */
const GREATEST_SEQUENCE = 2_147_483_647;
/** So many events are not lost on the way: the number is wrong, or the station. */
const JUMP = 1_000;

export const SEQUENCE_GAP = 'sequence_gap';

/** A sequence number that no event can have. Protocols without one have nothing to judge. */
export function hasInvalidSequence({ event }: Pick<ChargeStep, 'event'>): boolean {
  const number = event.sequenceNumber;
  return number !== null && (number < 0 || number > GREATEST_SEQUENCE);
}

/** Neither a number that cannot be nor one that so many may be missing before. */
export function isWithinSequence({ sequenceNumber }: TransactionEvent): boolean {
  return sequenceNumber === null || (sequenceNumber >= 0 && sequenceNumber < JUMP);
}

/** Shows a jump of the numbers to staff. The registers of the event are judged by themselves. */
export async function noteJump(step: ChargeStep, session: Session): Promise<void> {
  const number = step.event.sequenceNumber;
  if (number === null || number < JUMP) return;
  const known = await knownNumbers(step);
  const before = known.filter((other) => other < number);
  if (number - Math.max(-1, ...before) < JUMP) return;
  await quarantine(step, 'sequence_jump', 'a thousand events or more are missing', session);
}

/** Whether events between the first and this one, the last, have not arrived. */
export async function hasGap(step: ChargeStep): Promise<boolean> {
  const last = step.event.sequenceNumber;
  if (last === null) return false;
  const known = new Set((await knownNumbers(step)).filter((number) => number >= 0));
  const before = [...known].filter((number) => number < last);
  return before.length < last;
}

/** Numbers of this transaction's events so far, with the one delivered now, which is not kept yet. */
async function knownNumbers({ unit, event, delivered, transactionId }: ChargeStep) {
  const kept = await unit.inbox.sequenceNumbers(event.stationId, transactionId);
  return delivered.sequenceNumber === null ? kept : [...kept, delivered.sequenceNumber];
}
