import { RoamgridError } from '@roamgrid/kernel';
import {
  declarationOf,
  ownLastOffer,
  standingOffer,
  weightsOf,
  type Declaration,
} from './declaration.js';
import { frontierOf, isWithinLimits, scoresOf, type Scores } from './frontier.js';
import { isNegotiable, positionsOf, type NegotiationTerms } from './grid.js';
import {
  isOver,
  LIMITS_ROUND,
  roundOf,
  sideOf,
  WEIGHTS_ROUND,
  type NegotiationMove,
  type Transcript,
} from './moves.js';
import type { Side } from './policy.js';
import type { Schedule } from './schedule.js';

function refuse(detail: string): never {
  throw new RoamgridError('negotiation_failed', detail);
}

function declarations(
  terms: NegotiationTerms,
  transcript: Transcript,
): { visited: Declaration; home: Declaration } {
  const visited = declarationOf('visited', terms, transcript);
  const home = declarationOf('home', terms, transcript);
  if (visited === null || home === null) refuse('a side has not declared its weights and limits');
  return { visited, home };
}

function checkFrontier(
  terms: NegotiationTerms,
  transcript: Transcript,
  positions: readonly number[],
): Scores {
  const { visited, home } = declarations(terms, transcript);
  const scores = scoresOf(visited, home, positions);
  const isOnFrontier =
    isWithinLimits(visited, home, positions) &&
    frontierOf(terms, visited, home).some(
      (point) => point.visitedScore === scores.visitedScore && point.homeScore === scores.homeScore,
    );
  if (!isOnFrontier)
    refuse('another schedule would be better for both, or one falls below default');
  return scores;
}

/** What was offered once may be sweetened, never taken back. */
function checkConcession(
  side: Side,
  terms: NegotiationTerms,
  transcript: Transcript,
  scores: Scores,
): void {
  const before = ownLastOffer(side, transcript);
  const positions = before === null ? null : positionsOf(terms, before);
  if (positions === null) return;
  const { visited, home } = declarations(terms, transcript);
  const earlier = scoresOf(visited, home, positions);
  const isRetreat =
    side === 'visited'
      ? scores.visitedScore > earlier.visitedScore
      : scores.homeScore < earlier.homeScore;
  if (isRetreat) refuse('the offer takes back an earlier one');
}

function checkOffer(terms: NegotiationTerms, transcript: Transcript, schedule: Schedule): void {
  const [side, round] = [sideOf(transcript.length), roundOf(transcript.length)];
  const positions = positionsOf(terms, schedule);
  if (positions === null) refuse('bands other than the default has, or a price off the grid');
  if (round === WEIGHTS_ROUND) {
    if (weightsOf(side, terms, schedule) === null) refuse('the opening declares no weights');
    return;
  }
  if (round === LIMITS_ROUND) return;
  if (side === 'home' && round === terms.rounds) refuse('an offer that nobody can answer');
  checkConcession(side, terms, transcript, checkFrontier(terms, transcript, positions));
}

/**
 * Checks one move against the protocol, given the moves before it. Everything that makes an outcome
 * good for both is checked here, from public figures, so that either side and any auditor can.
 *
 * @throws RoamgridError `negotiation_failed` for a move out of order, for other bands, for a price
 *   off the grid or outside floor and cap, for a schedule off the frontier, for a step back
 */
export function checkMove(
  terms: NegotiationTerms,
  transcript: Transcript,
  move: NegotiationMove,
): void {
  if (isOver(transcript, terms.rounds)) refuse('the negotiation is over');
  if (move.move !== 'walkAway' && !isNegotiable(terms)) {
    refuse('there is nothing to bargain about');
  }
  switch (move.move) {
    case 'offer':
      checkOffer(terms, transcript, move.schedule);
      return;
    case 'accept':
      if (standingOffer(transcript) === null) refuse('there is no offer to accept');
      return;
    case 'walkAway':
      // a side may always rather have the default
      return;
  }
}

/** Checks all moves in turn. @throws RoamgridError `negotiation_failed` */
export function checkTranscript(terms: NegotiationTerms, transcript: Transcript): void {
  for (const [index, move] of transcript.entries()) {
    checkMove(terms, transcript.slice(0, index), move);
  }
}
