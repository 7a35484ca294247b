import type {
  AgreementTerms,
  answerOffer,
  NegotiationEnding,
  RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import {
  checkMove,
  isOver,
  judge,
  nextMove,
  roundOf,
  sideOf,
  type NegotiationMove,
  type NegotiationPolicy,
  type NegotiationTerms,
} from '@roamgrid/negotiation';
import type { RecordedMove } from '../ports.js';
import type { Settlement } from '../decisions/agreed-tariff.js';
import { endingByHome, endingOf } from '../decisions/ending.js';
import { wireMove } from '../decisions/wire-move.js';
import type { CrpParts } from './parts.js';

type Offer = RequestOf<typeof answerOffer>;

export interface Table {
  readonly negotiationId: string;
  readonly agreementHash: string;
  readonly agreementTerms: AgreementTerms;
  readonly customerClass: Offer['customerClass'];
  readonly stationClass: Offer['stationClass'];
  readonly policy: NegotiationPolicy;
  readonly terms: NegotiationTerms;
  readonly startedAtMs: InstantMs;
}

export interface Negotiated {
  readonly settlement: Settlement;
  readonly moves: readonly RecordedMove[];
  readonly ending: NegotiationEnding;
  readonly messagesToHome: number;
}

type NegotiateParts = Pick<CrpParts, 'clock' | 'partners' | 'log'>;

function record(parts: NegotiateParts, moves: readonly RecordedMove[], move: NegotiationMove) {
  return {
    round: roundOf(moves.length),
    by: sideOf(moves.length),
    move: wireMove(move),
    at: formatInstant(parts.clock.now()),
  };
}

function deadlineOf(table: Table): InstantMs {
  return table.startedAtMs + table.agreementTerms.negotiation.deadlineSeconds * 1_000;
}

function offerOf(table: Table, moves: readonly RecordedMove[]): Offer {
  return {
    negotiationId: table.negotiationId,
    visitedUtility: table.agreementTerms.visitedUtility,
    agreementHash: table.agreementHash,
    customerClass: table.customerClass,
    stationClass: table.stationClass,
    round: roundOf(moves.length - 1),
    transcript: moves.map(({ move }) => move),
  };
}

/** Attempts of one offer: home gives a repeated offer the answer that was lost. */
const ATTEMPTS = 2;

/** What home made of the last move: an answer by the rules, or that it broke the negotiation off. */
type Answered = { readonly messages: number } & (
  | { readonly answer: NegotiationMove }
  | { readonly answer: null; readonly ending: NegotiationEnding }
);

/** The answer of home, and its end where the answer breaks the protocol. */
function judgeAnswer(
  table: Table,
  transcript: readonly NegotiationMove[],
  answer: NegotiationMove,
): NegotiationEnding | null {
  try {
    checkMove(table.terms, transcript, answer);
    return null;
  } catch (error) {
    if (error instanceof RoamgridError) return endingByHome(error, 'protocolBroken');
    throw error;
  }
}

/** Home's answer to the last move, asked for again where it is lost, until the deadline. */
async function askHome(
  parts: NegotiateParts,
  table: Table,
  moves: readonly RecordedMove[],
): Promise<Answered> {
  const offer = offerOf(table, moves);
  const { homeUtility } = table.agreementTerms;
  for (let messages = 1; ; messages += 1) {
    const leftMs = deadlineOf(table) - parts.clock.now();
    const timeoutMs = Math.max(1, Math.floor(leftMs / (ATTEMPTS + 1 - messages)));
    try {
      const answer = await parts.partners.answerOffer(homeUtility, offer, timeoutMs);
      const ending = judgeAnswer(table, offer.transcript, answer);
      return ending === null ? { answer, messages } : { answer: null, ending, messages };
    } catch (error) {
      if (!(error instanceof RoamgridError)) throw error;
      if (error.code === 'peer_unreachable' && messages < ATTEMPTS) continue;
      // whatever home fails with, the agreement has an answer: its default
      return { answer: null, ending: endingByHome(error), messages };
    }
  }
}

function ownMove(
  parts: NegotiateParts,
  table: Table,
  transcript: readonly NegotiationMove[],
): NegotiationMove {
  const move = nextMove(table.policy, table.terms, transcript);
  checkMove(table.terms, transcript, move);
  return move.move === 'offer' && parts.clock.now() >= deadlineOf(table)
    ? { move: 'walkAway', reason: 'the deadline has passed' }
    : move;
}

/**
 * Bargains as the visited side until the transcript is judged, home breaks off or the agreement's
 * deadline passes. An accepted offer stands in the document that home is then asked to sign; nothing
 * is sent to say so.
 */
export async function negotiate(parts: NegotiateParts, table: Table): Promise<Negotiated> {
  const { terms } = table;
  const moves: RecordedMove[] = [];
  let messagesToHome = 0;
  const transcript = (): NegotiationMove[] => moves.map(({ move }) => move);
  let brokenOff: NegotiationEnding | null = null;
  while (!isOver(transcript(), terms.rounds)) {
    const own = ownMove(parts, table, transcript());
    moves.push(record(parts, moves, own));
    if (own.move !== 'offer') break;
    const answered = await askHome(parts, table, moves);
    messagesToHome += answered.messages;
    if (answered.answer === null) {
      brokenOff = answered.ending;
      parts.log.warn({ ...brokenOff }, 'home broke the negotiation off');
      break;
    }
    moves.push(record(parts, moves, answered.answer));
  }
  const ending = brokenOff ?? endingOf(moves);
  return { settlement: judge(terms, transcript()), moves, ending, messagesToHome };
}
