import type {
  AgreementTerms,
  answerOffer,
  NegotiationMove,
  ReplyOf,
  RequestOf,
  SignedAgreement,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import {
  checkMove,
  nextMove,
  roundOf,
  sideOf,
  type NegotiationPolicy,
  type NegotiationTerms,
} from '@roamgrid/negotiation';
import { hashOf } from '../decisions/hash-of.js';
import {
  defaultTariffOf,
  negotiationTermsOf,
  termsOfDirection,
} from '../decisions/negotiation-terms.js';
import { wireMove } from '../decisions/wire-move.js';
import type { Negotiation, RecordedMove } from '../ports.js';
import { loadTariff } from './load-tariff.js';
import type { CrpParts } from './parts.js';

type Offer = RequestOf<typeof answerOffer>;

/** @throws RoamgridError `negotiation_failed` for a hash other than the agreement's in force */
export async function agreementNamed(
  parts: Pick<CrpParts, 'agreements' | 'clock' | 'utility'>,
  visitedUtility: string,
  agreementHash: string | null,
): Promise<{ agreement: SignedAgreement; terms: AgreementTerms }> {
  const agreement = await parts.agreements.inForce(visitedUtility, parts.clock.now());
  const terms =
    agreement === null ? null : termsOfDirection(agreement.document, visitedUtility, parts.utility);
  if (agreement === null || terms === null || agreement.documentHash !== agreementHash) {
    throw new RoamgridError('negotiation_failed', 'no such agreement is in force');
  }
  return { agreement, terms };
}

async function termsFor(
  parts: CrpParts,
  offer: Offer,
): Promise<{ terms: NegotiationTerms; rounds: number }> {
  const { visitedUtility, customerClass, stationClass } = offer;
  const { terms } = await agreementNamed(parts, visitedUtility, offer.agreementHash);
  const reference = defaultTariffOf(terms, customerClass, stationClass);
  const base = reference === null ? null : await loadTariff(parts, visitedUtility, reference.hash);
  const negotiation = base === null ? null : negotiationTermsOf(terms, base);
  if (negotiation === null) {
    throw new RoamgridError('negotiation_failed', 'there is nothing to bargain about');
  }
  return { terms: negotiation, rounds: negotiation.rounds };
}

/** @throws RoamgridError `negotiation_failed` where a move differs from our own record */
function assertSameMoves(recorded: Negotiation, transcript: readonly NegotiationMove[]): void {
  const isSame = recorded.moves.every(
    ({ move }, index) =>
      transcript[index] !== undefined && hashOf(transcript[index]) === hashOf(move),
  );
  if (!isSame) {
    throw new RoamgridError('negotiation_failed', 'the transcript is not the one on record');
  }
}

function assertSameMatter(recorded: Negotiation, offer: Offer): void {
  const isSame =
    recorded.visitedUtility === offer.visitedUtility &&
    recorded.customerClass === offer.customerClass &&
    recorded.stationClass === offer.stationClass &&
    recorded.agreementHash === offer.agreementHash;
  if (!isSame) throw new RoamgridError('negotiation_failed', 'the negotiation is about another');
}

/** Where home has no policy it walks away, and the default applies. */
function answerTo(
  policy: NegotiationPolicy | null,
  terms: NegotiationTerms,
  transcript: readonly NegotiationMove[],
): NegotiationMove {
  if (policy === null) return { move: 'walkAway', reason: 'home has no policy for this class' };
  const move = nextMove(policy, terms, transcript);
  checkMove(terms, transcript, move);
  return wireMove(move);
}

function openingOf(
  offer: Offer,
  utility: string,
  rounds: number,
  startedAtMs: number,
): Negotiation {
  return {
    negotiationId: offer.negotiationId,
    homeUtility: utility,
    visitedUtility: offer.visitedUtility,
    customerClass: offer.customerClass,
    stationClass: offer.stationClass,
    agreementHash: offer.agreementHash,
    rounds,
    startedAtMs,
    moves: [],
  };
}

/**
 * Home's turn. It goes by its own record of the negotiation: a transcript that contradicts it is
 * refused, and a repeated offer gets the answer that was given before.
 *
 * @throws RoamgridError `negotiation_failed`
 */
export function answerOfferWith(
  parts: CrpParts,
): (offer: Offer) => Promise<ReplyOf<typeof answerOffer>> {
  return async (offer) => {
    const { customerClass, stationClass, transcript } = offer;
    const { terms, rounds } = await termsFor(parts, offer);
    const policy = await parts.policies.current({ side: 'home', customerClass, stationClass });
    const startedAtMs = parts.clock.now();
    const opening = openingOf(offer, parts.utility, rounds, startedAtMs);
    const move = await parts.negotiations.extend(opening, (recorded) => {
      assertSameMatter(recorded, offer);
      const repeated = recorded.moves[transcript.length];
      if (repeated !== undefined && recorded.moves.length === transcript.length + 1) {
        assertSameMoves({ ...recorded, moves: recorded.moves.slice(0, -1) }, transcript);
        return { moves: [], result: repeated.move };
      }
      assertSameMoves(recorded, transcript);
      return decide(recorded, { offer, terms, policy, atMs: startedAtMs });
    });
    return { move };
  };
}

function decide(
  recorded: Negotiation,
  matter: { offer: Offer; terms: NegotiationTerms; policy: NegotiationPolicy | null; atMs: number },
): { moves: RecordedMove[]; result: NegotiationMove } {
  const { offer, terms, policy, atMs } = matter;
  const { transcript, round } = offer;
  const theirs = transcript.at(-1);
  const isTheirTurn =
    transcript.length === recorded.moves.length + 1 && round === roundOf(transcript.length - 1);
  if (!isTheirTurn || theirs?.move !== 'offer' || sideOf(transcript.length - 1) !== 'visited') {
    throw new RoamgridError('negotiation_failed', 'not one new offer of the visited side');
  }
  checkMove(terms, transcript.slice(0, -1), theirs);
  const own = answerTo(policy, terms, transcript);
  const at = formatInstant(atMs);
  return {
    moves: [
      { round, by: 'visited', move: theirs, at },
      { round, by: 'home', move: own, at },
    ],
    result: own,
  };
}
