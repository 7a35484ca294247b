import type { AgreementTerms, answerOffer, RequestOf } from '@roamgrid/contracts';
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

/** Home's answer to the last move; null where it is silent until the deadline or breaks the protocol. */
async function askHome(
  parts: NegotiateParts,
  table: Table,
  moves: readonly RecordedMove[],
): Promise<{ answer: NegotiationMove | null; messages: number }> {
  const offer = offerOf(table, moves);
  for (let messages = 1; ; messages += 1) {
    const leftMs = deadlineOf(table) - parts.clock.now();
    const timeoutMs = Math.max(1, Math.floor(leftMs / (ATTEMPTS + 1 - messages)));
    try {
      const { homeUtility } = table.agreementTerms;
      const answer = await parts.partners.answerOffer(homeUtility, offer, timeoutMs);
      checkMove(table.terms, offer.transcript, answer);
      return { answer, messages };
    } catch (error) {
      if (!(error instanceof RoamgridError)) throw error;
      if (error.code === 'peer_unreachable' && messages < ATTEMPTS) continue;
      // whatever home fails with, the agreement has an answer: its default
      parts.log.warn({ code: error.code, detail: error.message }, 'the negotiation ended early');
      return { answer: null, messages };
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
  while (!isOver(transcript(), terms.rounds)) {
    const own = ownMove(parts, table, transcript());
    moves.push(record(parts, moves, own));
    if (own.move !== 'offer') break;
    const { answer, messages } = await askHome(parts, table, moves);
    messagesToHome += messages;
    if (answer === null) break;
    moves.push(record(parts, moves, answer));
  }
  return { settlement: judge(terms, transcript()), moves, messagesToHome };
}
