import { type endMandate, type RequestOf } from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';
import { tellUnused } from './charge/release-mandate.js';

const REVOKED = 'Your utility withdrew its permission. Please swipe again.';

/**
 * Home revoked a mandate. What charges goes on, for its energy flows and its driver consented before; no
 * further session begins. Credit that was reserved for a session that never came is free again at home.
 */
export function endMandateWith(parts: AaaParts) {
  return (request: RequestOf<typeof endMandate>): Promise<Record<string, never>> =>
    parts.store.transaction(async (unit) => {
      const { mandateId } = request;
      const { isTaken } = await unit.mandates.lockStanding(mandateId);
      await unit.mandates.close(mandateId);
      const [first] = await unit.sessions.expireQuotes(mandateId, null, REVOKED);
      const mandate = first?.terms?.mandate;
      if (first !== undefined && mandate !== undefined && !isTaken) {
        tellUnused(parts, unit, first.sessionId, mandate);
      }
      return {};
    });
}
