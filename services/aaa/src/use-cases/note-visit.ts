import {
  noteMandateUse,
  project,
  releaseCredit,
  subjectOf,
  type noteEnd,
  type noteStart,
  type RequestOf,
} from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { AaaParts } from '../aaa-parts.js';
import type { UnitOfWork } from '../ports.js';

/** Home learns that its consumer charges elsewhere; told afterwards, never waited for. */
export function noteStartWith(parts: AaaParts) {
  return async (visit: RequestOf<typeof noteStart>): Promise<Record<string, never>> => {
    await parts.store.transaction(async (unit) => {
      await unit.noteVisitStart(visit);
      await projectVisit(parts, unit, visit, { state: 'charging', startAt: visit.startAt });
    });
    return {};
  };
}

/** The visit is over: what it held is given back, a mandate that is spent leaves the books. */
export function noteEndWith(parts: AaaParts) {
  return async (visit: RequestOf<typeof noteEnd>): Promise<Record<string, never>> => {
    await parts.store.transaction(async (unit) => {
      await unit.noteVisitEnd(visit.sessionId, visit.endAt);
      if (!visit.charged) {
        await unit.send({
          to: parts.utility,
          subject: subjectOf(releaseCredit),
          key: `credit:${visit.sessionId}`,
          payload: { sessionId: visit.sessionId },
        });
      }
      if (visit.mandateUsedUp) {
        await unit.send({
          to: parts.utility,
          subject: subjectOf(noteMandateUse),
          key: `mandate:${visit.mandateId}`,
          payload: { mandateId: visit.mandateId, state: 'used_up', at: visit.endAt },
        });
      }
      const state = visit.charged ? 'ended' : 'expired';
      await projectVisit(parts, unit, visit, { state, endAt: visit.endAt });
    });
    return {};
  };
}

/** Home's view of a visit; the CDR fills in the rest. A domestic charge has its own, fuller view. */
async function projectVisit(
  parts: AaaParts,
  unit: UnitOfWork,
  visit: { sessionId: string; visitedUtility: string; mandateId: string; stationId?: string },
  change: Record<string, string>,
): Promise<void> {
  if (visit.visitedUtility === parts.utility) return;
  await unit.send({
    to: parts.utility,
    subject: subjectOf(project),
    key: `session:${visit.sessionId}`,
    payload: {
      kind: 'session',
      id: visit.sessionId,
      facet: 'aaa',
      sortAt: formatInstant(parts.clock.now()),
      data: {
        sessionId: visit.sessionId,
        homeUtility: parts.utility,
        visitedUtility: visit.visitedUtility,
        mandateId: visit.mandateId,
        ...(visit.stationId === undefined ? {} : { stationId: visit.stationId }),
        ...change,
      },
    },
  });
}
