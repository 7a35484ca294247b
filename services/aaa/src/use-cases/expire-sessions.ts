import type { AaaParts } from '../aaa-parts.js';
import { nextState } from '../session/session-states.js';
import { giveBack } from './charge/release-mandate.js';

const BATCH = 100;

/** Ends quotes and consents whose time is over, and gives back what they reserved. @returns how many */
export async function expireSessions(parts: AaaParts): Promise<number> {
  const nowMs = parts.clock.now();
  const ids = await parts.store.transaction((unit) => unit.sessions.expiredIds(nowMs, BATCH));
  let expired = 0;
  for (const sessionId of ids) if (await expire(parts, sessionId, nowMs)) expired += 1;
  return expired;
}

function expire(parts: AaaParts, sessionId: string, nowMs: number): Promise<boolean> {
  return parts.store.transaction(async (unit) => {
    const session = await unit.sessions.lock(sessionId);
    if (session === null || (session.expiresMs ?? Infinity) > nowMs) return false;
    const state = nextState(session.state, 'expire');
    if (state === null) return false;
    const message =
      session.state === 'quoted'
        ? 'The quote has run out. Please swipe again.'
        : 'Charging did not start in time. Please swipe again.';
    await unit.sessions.save({ ...session, state, expiresMs: null, message });
    if (session.terms !== null) {
      const { mandate } = session.terms;
      if (session.state === 'consented') {
        await unit.mandates.settle(sessionId, mandate.document.mandateId, 0n, 0n);
      }
      await giveBack(parts, unit, sessionId, mandate);
    }
    return true;
  });
}
