import {
  noteCharge,
  noteMandateUse,
  project,
  releaseCredit,
  subjectOf,
  type noteEnd,
  type noteStart,
  type RequestOf,
} from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';
import type { UnitOfWork } from '../ports.js';

/**
 * Home learns that its consumer charges somewhere; told afterwards, never waited for. One that stands in
 * suspense from its start does not count as open: the credit it holds is released by its end alone.
 */
export function noteStartWith(parts: AaaParts) {
  return async (visit: RequestOf<typeof noteStart>): Promise<Record<string, never>> => {
    await parts.store.transaction(async (unit) => {
      // an end that overtook its start has closed the visit: nothing opens it again
      if (!(await unit.visits.start(visit))) return;
      const inSuspense = visit.inSuspense === true;
      tellProfiles(parts, unit, visit, inSuspense ? 'ended' : 'begun', visit.startAt);
      if (inSuspense) await unit.visits.end({ ...visit, endAt: visit.startAt });
      const state = inSuspense ? 'suspense' : 'charging';
      projectVisit(parts, unit, visit, { ...placeOf(visit), state });
    });
    return {};
  };
}

/** The visit is over: what it held is given back, a mandate that is spent leaves the books. */
export function noteEndWith(parts: AaaParts) {
  return async (visit: RequestOf<typeof noteEnd>): Promise<Record<string, never>> => {
    await parts.store.transaction(async (unit) => {
      const began = await unit.visits.end(visit);
      tellProfiles(parts, unit, visit, 'ended', visit.endAt);
      if (!visit.charged) {
        unit.send({
          to: parts.utility,
          subject: subjectOf(releaseCredit),
          key: `credit:${visit.mandateId}`,
          payload: { mandateId: visit.mandateId },
        });
      }
      if (visit.mandateUsedUp) {
        unit.send({
          to: parts.utility,
          subject: subjectOf(noteMandateUse),
          key: `mandate:${visit.mandateId}`,
          payload: { mandateId: visit.mandateId, state: 'used_up', at: visit.endAt },
        });
      }
      const place = began === null ? { startAt: visit.endAt } : placeOf(began);
      const state = endStateOf(visit.charged, began !== null);
      projectVisit(parts, unit, visit, { ...place, state, endAt: visit.endAt });
    });
    return {};
  };
}

/** What a charge may still use counts against its consumer's limits until it has ended. */
function tellProfiles(
  parts: AaaParts,
  unit: UnitOfWork,
  {
    sessionId,
    mandateId,
    offlineMandate,
  }: Pick<RequestOf<typeof noteStart>, 'sessionId' | 'mandateId' | 'offlineMandate'>,
  state: 'begun' | 'ended',
  at: string,
): void {
  unit.send({
    to: parts.utility,
    subject: subjectOf(noteCharge),
    key: `charge:${sessionId}`,
    payload: {
      ...{ sessionId, mandateId, state, at },
      ...(offlineMandate === undefined ? {} : { offlineMandate }),
    },
  });
}

/** What began and was not charged is in suspense at the visited utility; what never began ran out. */
function endStateOf(charged: boolean, began: boolean): string {
  if (charged) return 'ended';
  return began ? 'suspense' : 'expired';
}

function placeOf(visit: { stationId: string; startAt: string }): {
  stationId: string;
  startAt: string;
} {
  return { stationId: visit.stationId, startAt: visit.startAt };
}

/** Home's view of a visit; the CDR fills in the rest. A domestic charge has its own, fuller view. */
function projectVisit(
  parts: AaaParts,
  unit: UnitOfWork,
  visit: { sessionId: string; visitedUtility: string; mandateId: string },
  change: Readonly<Record<string, string>> & { readonly startAt: string },
): void {
  if (visit.visitedUtility === parts.utility) return;
  unit.send({
    to: parts.utility,
    subject: subjectOf(project),
    key: `session:${visit.sessionId}`,
    payload: {
      kind: 'session',
      id: visit.sessionId,
      facet: 'aaa',
      sortAt: change.startAt,
      data: {
        sessionId: visit.sessionId,
        homeUtility: parts.utility,
        visitedUtility: visit.visitedUtility,
        mandateId: visit.mandateId,
        ...change,
      },
    },
  });
}
