import type { RefusalReason, RequestOf, SignedMandate, swipe } from '@roamgrid/contracts';
import type { MandateWithTariff, Station, TraceEntry } from '../../ports.js';

export type SwipeRequest = RequestOf<typeof swipe>;
export type ReadIdentity = Extract<SwipeRequest['identity'], { outcome: 'read' }>['identity'];

/** A driver who may charge, under which mandate, on whose word. */
export interface Grant extends MandateWithTariff {
  readonly outcome: 'granted';
  readonly authorizedBy: 'home' | 'visitingProfile' | 'offlineRule';
  readonly homeCalls: number;
  readonly trace: readonly TraceEntry[];
}

export interface Refusal {
  readonly outcome: 'refused';
  readonly reason: RefusalReason;
  /** what home granted and nobody will use */
  readonly unused: SignedMandate | null;
  readonly homeCalls: number;
  readonly trace: readonly TraceEntry[];
}

/** Who stands at which station, and which utility answers for them. */
export interface Visitor {
  readonly sessionId: string;
  readonly identity: ReadIdentity;
  readonly homeUtility: string;
  readonly request: SwipeRequest;
  readonly station: Station;
}

export function refuse(
  reason: RefusalReason,
  homeCalls = 0,
  trace: readonly TraceEntry[] = [],
): Refusal {
  return { outcome: 'refused', reason, unused: null, homeCalls, trace };
}

/** A grant that another rule takes back. */
export function refuseGrant(reason: RefusalReason, grant: Grant): Refusal {
  const { mandate, homeCalls, trace } = grant;
  return { outcome: 'refused', reason, unused: mandate, homeCalls, trace };
}
