import type { NegotiationMove as WireMove } from '@roamgrid/contracts';
import type { NegotiationMove } from '@roamgrid/negotiation';

/** A move as messages and records carry it. */
export function wireMove(move: NegotiationMove): WireMove {
  return move.move === 'offer'
    ? { move: 'offer', schedule: move.schedule.map((band) => ({ ...band })) }
    : move;
}
