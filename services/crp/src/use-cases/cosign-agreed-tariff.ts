import type {
  AgreedTariffDocument,
  AgreementTerms,
  cosignAgreedTariff,
  ReplyOf,
  RequestOf,
  SignedAgreedTariff,
  SignedLoadSignal,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError } from '@roamgrid/kernel';
import { roundOf } from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';
import {
  agreedTariffDocumentOf,
  defaultSettlement,
  type Settlement,
} from '../decisions/agreed-tariff.js';
import { endingOf } from '../decisions/ending.js';
import { hashOf } from '../decisions/hash-of.js';
import { judgeAtHome } from '../decisions/home-judgement.js';
import {
  defaultTariffOf,
  isEnergyWithinBounds,
  negotiationTermsOf,
} from '../decisions/negotiation-terms.js';
import { endedNegotiation } from '../decisions/projections.js';
import { byUtility } from '../decisions/signatures.js';
import type { Negotiation } from '../ports.js';
import { agreementNamed } from './answer-offer.js';
import { keepLoadSignal } from './receive-load-signal.js';
import { loadTariff } from './load-tariff.js';
import type { CrpParts } from './parts.js';

type Request = RequestOf<typeof cosignAgreedTariff>;

/** How far the two clocks may differ. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

function refuse(detail: string): never {
  throw new RoamgridError('negotiation_failed', detail);
}

async function baseOf(
  parts: CrpParts,
  terms: AgreementTerms,
  { document, baseTariffHash }: Request,
): Promise<TariffDocument> {
  const reference = defaultTariffOf(terms, document.customerClass, document.stationClass);
  if (reference?.hash !== baseTariffHash) refuse('the agreement names another default tariff');
  const base = await loadTariff(parts, document.visitedUtility, baseTariffHash);
  return base ?? refuse('the default tariff is not published');
}

/** What a negotiation and its document must have in common. */
function matterOf(matter: Negotiation | AgreedTariffDocument) {
  const { homeUtility, visitedUtility, customerClass, stationClass, agreementHash } = matter;
  return { homeUtility, visitedUtility, customerClass, stationClass, agreementHash };
}

/** Our record of the negotiation; an empty one where the visited side made no offer. */
async function recordOf(
  parts: CrpParts,
  document: AgreedTariffDocument,
  terms: AgreementTerms,
): Promise<Negotiation> {
  const { negotiationId } = document;
  const { agreementHash, ...matter } = matterOf(document);
  if (negotiationId === null || agreementHash === null) refuse('it names no negotiation');
  const kept = await parts.negotiations.find(negotiationId);
  if (kept === null) {
    const { rounds } = terms.negotiation;
    const startedAtMs = parts.clock.now();
    return { ...matter, agreementHash, negotiationId, rounds, startedAtMs, moves: [] };
  }
  if (hashOf(matterOf(kept)) !== hashOf(matterOf(document))) {
    refuse('the negotiation was about something else');
  }
  return kept;
}

interface Recomputed {
  readonly settlement: Settlement;
  readonly negotiation: Negotiation;
}

/** What our own record and the agreement come to. @throws RoamgridError `negotiation_failed` */
function recompute(
  parts: CrpParts,
  record: Negotiation,
  document: AgreedTariffDocument,
  terms: AgreementTerms,
  base: TariffDocument,
): Recomputed {
  const negotiationTerms = negotiationTermsOf(terms, base);
  if (negotiationTerms === null) {
    return { settlement: defaultSettlement(base), negotiation: record };
  }
  const moves = record.moves.map(({ move }) => move);
  const { settlement, closingMove } = judgeAtHome(negotiationTerms, moves, document);
  if (closingMove === null) return { settlement, negotiation: record };
  const closing = {
    round: roundOf(moves.length),
    by: 'visited' as const,
    move: closingMove,
    at: formatInstant(parts.clock.now()),
  };
  return { settlement, negotiation: { ...record, moves: [...record.moves, closing] } };
}

/**
 * The signals that the document cites, as the visited utility signed them in advance, and all that we know of
 * for its time: none may be left out, and none may contradict what was published before.
 */
async function checkedSignals(
  parts: CrpParts,
  { document, loadSignals }: Request,
): Promise<SignedLoadSignal[]> {
  const { visitedUtility, stationClass, notBefore, notAfter } = document;
  for (const signal of loadSignals) {
    const isTheirs =
      signal.document.visitedUtility === visitedUtility &&
      signal.document.stationClass === stationClass;
    if (!isTheirs) refuse('a load signal is for other stations');
    if (!(await keepLoadSignal(parts, signal))) refuse('a load signal contradicts an earlier one');
  }
  const [fromMs, toMs] = [parseInstant(notBefore), parseInstant(notAfter)];
  return parts.loadSignals.within(visitedUtility, stationClass, fromMs, toMs);
}

/** A later version resolves the schedule of the one before anew, with load that was published since. */
async function versionBefore(
  parts: CrpParts,
  { version, agreedTariffId }: AgreedTariffDocument,
  { negotiationId }: Negotiation,
): Promise<AgreedTariffDocument | null> {
  if (version === 1) return null;
  const before = await parts.agreedTariffs.ofNegotiation(negotiationId, version - 1);
  if (before?.document.agreedTariffId !== agreedTariffId) refuse('there is no version before it');
  return before.document;
}

/** The document as we would have written it. @throws RoamgridError `negotiation_failed` */
async function remake(parts: CrpParts, request: Request): Promise<Recomputed> {
  const { document, visitedUtility } = request;
  const { agreement, terms } = await agreementNamed(parts, visitedUtility, document.agreementHash);
  const base = await baseOf(parts, terms, request);
  const record = await recordOf(parts, document, terms);
  const recomputed = recompute(parts, record, document, terms, base);
  const loadSignals = await checkedSignals(parts, request);
  const previous = await versionBefore(parts, document, record);
  const notBeforeMs = parseInstant(document.notBefore);
  if (Math.abs(notBeforeMs - parts.clock.now()) > CLOCK_TOLERANCE_MS) refuse('begins elsewhen');
  const expected = agreedTariffDocumentOf({
    ...document,
    agreement,
    terms,
    base,
    notBeforeMs,
    negotiationId: record.negotiationId,
    settlement: recomputed.settlement,
    loadSignals,
    previous,
  });
  if (hashOf(expected) !== hashOf(document)) refuse('the tariff is not what was agreed');
  if (!isEnergyWithinBounds(document.tariff, terms)) refuse('a price lies outside floor and cap');
  return recomputed;
}

async function keep(
  parts: CrpParts,
  agreed: SignedAgreedTariff,
  { negotiation, settlement }: Recomputed,
): Promise<void> {
  const { homeUtility, visitedUtility, customerClass, stationClass, agreementHash } = negotiation;
  const ending = endingOf(negotiation.moves);
  const ended = { negotiation, ending, outcome: settlement.outcome, endedAtMs: parts.clock.now() };
  await parts.agreedTariffs.keep(
    { homeUtility, visitedUtility, customerClass, stationClass, baseHash: agreementHash },
    agreed,
    { unlessValidAtMs: null, ended: endedNegotiation(ended, agreed) },
  );
}

/**
 * Signs an agreed tariff after having made it anew from our own record of the negotiation, the
 * agreement and the visited utility's published tariff: what differs by a digit is refused.
 *
 * @throws RoamgridError `negotiation_failed`, `signature_invalid`, `peer_unreachable`
 */
export function cosignAgreedTariffWith(
  parts: CrpParts,
): (request: Request) => Promise<ReplyOf<typeof cosignAgreedTariff>> {
  return async (request) => {
    const { document, visitedUtility } = request;
    const documentHash = hashOf(document);
    const theirs = { document, documentHash, signature: request.signature };
    await parts.verifier.verify(theirs, visitedUtility, 'crp');
    if (document.visitedUtility !== visitedUtility || document.homeUtility !== parts.utility) {
      refuse('it names other utilities');
    }
    const recomputed = await remake(parts, request);
    const { signature } = await parts.signer.sign(document);
    const agreed: SignedAgreedTariff = {
      document,
      documentHash,
      signatures: byUtility([
        { utility: visitedUtility, signature: request.signature },
        { utility: parts.utility, signature },
      ]),
    };
    await keep(parts, agreed, recomputed);
    return { signature };
  };
}
