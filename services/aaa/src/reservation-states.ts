import type { Operation, Reservation } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import type { KeptReservation } from './command-ports.js';

export type ReservationState = Reservation['state'];
type Asked = 'call' | 'asItStands' | 'conflict';

/**
 * What home's cancellation does in each state: the station is called, nothing is left to cancel, or it comes
 * too early or too late.
 */
export const CANCELLING: readonly {
  readonly state: ReservationState;
  readonly cancel: Asked;
  readonly why: string;
}[] = [
  { state: 'pending', cancel: 'conflict', why: 'the station has not answered: asked again later' },
  { state: 'honoured', cancel: 'call', why: 'the station keeps the connector' },
  { state: 'failed', cancel: 'call', why: 'nobody knows whether the station keeps it' },
  { state: 'cancelling', cancel: 'asItStands', why: 'the station is being called' },
  { state: 'cancelled', cancel: 'asItStands', why: 'it is cancelled' },
  { state: 'refused', cancel: 'asItStands', why: 'nothing was ever kept' },
  { state: 'displaced', cancel: 'asItStands', why: 'a higher tier has the connector' },
  { state: 'expired', cancel: 'asItStands', why: 'its time is over' },
  { state: 'used', cancel: 'conflict', why: 'the driver came first and charges' },
];

/** What is known of a reservation that home asked for. */
export interface ReservationFacts {
  /** ReserveNow */
  readonly operation: Operation;
  /** the connector as it is kept here; null where it never was */
  readonly kept: KeptReservation | null;
  /** CancelReservation, the latest */
  readonly cancellation: Operation | null;
}

/** The station's own word: `{"status": …}` in both versions. */
export function statusOf(answer: string | null): string | null {
  const { status } = JSON.parse(answer ?? '{}') as { status?: unknown };
  return typeof status === 'string' ? status : null;
}

/** What became of the reservation itself, whatever was cancelled. */
function askedState({ operation, kept }: ReservationFacts, nowMs: InstantMs): ReservationState {
  switch (operation.state) {
    case 'pending':
      return 'pending';
    case 'refused':
      return 'refused';
    case 'error':
    case 'timeout':
    case 'offline':
      return 'failed';
    case 'answered':
      if (statusOf(operation.answer) !== 'Accepted') return 'refused';
      if (kept === null) return 'expired';
      if (kept.endedAs !== null) return kept.endedAs;
      return kept.expiresMs <= nowMs ? 'expired' : 'honoured';
  }
}

/** The state that home sees. The driver's arrival and a cancellation: whichever the books had first. */
export function reservationState(facts: ReservationFacts, nowMs: InstantMs): ReservationState {
  const state = askedState(facts, nowMs);
  const { cancellation } = facts;
  if (cancellation === null || (state !== 'honoured' && state !== 'failed')) return state;
  if (cancellation.state === 'pending') return 'cancelling';
  // a station that does not know the reservation keeps nothing: its `Rejected` ends it as well
  return cancellation.state === 'answered' ? 'cancelled' : state;
}

/** @returns what home's wish to cancel does to a reservation in this state */
export function cancellingIn(state: ReservationState): Asked {
  const row = CANCELLING.find((candidate) => candidate.state === state);
  if (row === undefined) throw new RangeError(`no rule for ${state}`);
  return row.cancel;
}
