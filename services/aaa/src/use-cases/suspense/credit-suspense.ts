import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../../aaa-parts.js';
import { lockOpenItem, lockSessionOf, signResolution, type Resolution } from './open-item.js';

/**
 * The item shows that what was charged is wrong: settlement takes the session's CDR back, in full, and makes
 * the corrected one where staff says what is true. Asked again after a failure in between, settlement answers
 * the same.
 *
 * @throws RoamgridError `state_conflict` for a session that was not charged yet, or whose CDR is invoiced
 */
export async function creditSuspense(parts: AaaParts, request: Resolution): Promise<void> {
  const { suspenseId, note, by, correction } = request;
  const sessionId = await parts.store.transaction(async (unit) => {
    const session = await lockSessionOf(unit, await lockOpenItem(unit, suspenseId));
    if (session.state === 'ended') return session.sessionId;
    throw new RoamgridError('state_conflict', 'the session was not charged: end the item as bill');
  });
  await parts.neighbours.correctCharge({ sessionId, reason: note, by, correction });
  await parts.store.transaction(async (unit) => {
    const item = await lockOpenItem(unit, suspenseId);
    const at = formatInstant(parts.clock.now());
    const resolution = await signResolution(parts, 'suspenseCredit', item, request, at);
    await unit.suspense.end(item, 'credited', resolution);
  });
}
