import type { decline, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import { nextState } from '../session/session-states.js';
import { giveBack } from './charge/release-mandate.js';

/** The driver's no: the session is over, and what it held of its mandate and of the connector is free. */
export function declineWith(parts: AaaParts) {
  return (request: RequestOf<typeof decline>): Promise<ReplyOf<typeof decline>> =>
    parts.store.transaction(async (unit) => {
      const { sessionId, stationId, wire } = request;
      const session = await unit.sessions.lock(sessionId);
      if (session?.stationId !== stationId) throw new RoamgridError('not_found', 'no such session');
      await unit.appendWire({ stationId, direction: 'in', wire, refusal: null });
      if (session.state === 'declined') return { sessionId, state: session.state };
      if (session.state === 'refused') {
        throw new RoamgridError('session_refused', 'the session was refused; swipe again');
      }
      const state = nextState(session.state, 'decline');
      if (state === null) {
        throw new RoamgridError(
          'state_conflict',
          `a session that is ${session.state} is not declined`,
        );
      }
      const message = 'You declined. Nothing is charged.';
      await unit.sessions.save({ ...session, state, expiresMs: null, message });
      if (session.terms !== null) {
        const { mandate } = session.terms;
        if (session.state === 'consented') {
          await unit.mandates.settle(sessionId, mandate.document.mandateId, 0n, 0n);
        }
        await giveBack(parts, unit, sessionId, mandate);
      }
      return { sessionId, state };
    });
}
