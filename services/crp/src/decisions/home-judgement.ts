import type { AgreedTariffDocument, NegotiationMove } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { checkMove, judge, sideOf, type NegotiationTerms } from '@roamgrid/negotiation';
import type { Settlement } from './agreed-tariff.js';
import { hashOf } from './hash-of.js';

/** The move by which the visited side ended the negotiation; null where it ended before. */
export interface HomeJudgement {
  readonly settlement: Settlement;
  readonly closingMove: NegotiationMove | null;
}

function accepts(
  terms: NegotiationTerms,
  moves: readonly NegotiationMove[],
  outcome: AgreedTariffDocument['outcome'],
): boolean {
  const isVisitedTurn = sideOf(moves.length) === 'visited' && moves.at(-1)?.move === 'offer';
  if (outcome !== 'agreed' || !isVisitedTurn) return false;
  checkMove(terms, moves, { move: 'accept' });
  return true;
}

/**
 * What home's own record comes to. The visited side's last move may be the document itself: its
 * signature under our standing offer accepts it, its claim of the default walks away, which it may
 * do until one side has accepted.
 *
 * @throws RoamgridError `negotiation_failed` where the document claims another outcome
 */
export function judgeAtHome(
  terms: NegotiationTerms,
  moves: readonly NegotiationMove[],
  document: Pick<AgreedTariffDocument, 'outcome' | 'schedule'>,
): HomeJudgement {
  const closingMove: NegotiationMove | null = accepts(terms, moves, document.outcome)
    ? { move: 'accept' }
    : null;
  const settlement = judge(terms, closingMove === null ? moves : [...moves, closingMove]);
  const isSame =
    settlement.outcome === document.outcome &&
    hashOf(settlement.schedule) === hashOf(document.schedule);
  if (!isSame) {
    throw new RoamgridError('negotiation_failed', 'the record comes to another outcome');
  }
  if (closingMove !== null || settlement.isFinal || moves.length === 0) {
    return { settlement, closingMove };
  }
  return {
    settlement,
    closingMove: { move: 'walkAway', reason: 'the visited side applies the default' },
  };
}
