import type { AaaParts } from '../aaa-parts.js';
import { nextState } from '../session/session-states.js';
import { releaseMandate } from './charge/release-mandate.js';

const BATCH = 100;

/** Ends quotes and consents whose time is over, and gives back what they reserved. */
export async function expireSessions(parts: AaaParts): Promise<number> {
  const nowMs = parts.clock.now();
  const ids = await parts.store.transaction((unit) => unit.expiredSessionIds(nowMs, BATCH));
  for (const sessionId of ids) {
    await parts.store.transaction(async (unit) => {
      const session = await unit.lockSession(sessionId);
      if (session === null || (session.expiresMs ?? Infinity) > nowMs) return;
      const state = nextState(session.state, 'expire');
      if (state === null) return;
      const expired = { ...session, state, expiresMs: null, message: 'The quote has run out.' };
      await unit.saveSession(expired);
      await unit.settleReservation(sessionId, 0n, 0n);
      await releaseMandate(parts, unit, expired, false);
    });
  }
  return ids.length;
}
