import type { recallMandate, ReplyOf, RequestOf } from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';

const RECALLED = 'Your card was used elsewhere. Please swipe again.';

/**
 * Home asks for a mandate back, because its driver swiped elsewhere. Nothing was charged under it, or the
 * answer is no: which of the two is decided under the lock that a consent takes. A mandate that is not
 * known here yet is on its way, and ends as well.
 */
export function recallMandateWith(parts: AaaParts) {
  return (request: RequestOf<typeof recallMandate>): Promise<ReplyOf<typeof recallMandate>> =>
    parts.store.transaction(async (unit) => {
      const { mandateId, homeUtility } = request;
      const standing = await unit.mandates.lockStanding(mandateId);
      if (standing.homeUtility !== null && standing.homeUtility !== homeUtility) {
        return { recalled: false };
      }
      if (standing.isTaken) return { recalled: false };
      await unit.mandates.close(mandateId);
      await unit.sessions.expireQuotes(mandateId, null, RECALLED);
      return { recalled: true };
    });
}
