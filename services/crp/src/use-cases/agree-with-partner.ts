import type {
  AgreedTariffDocument,
  AgreementTerms,
  agreeTariff,
  ReplyOf,
  RequestOf,
  SignedAgreedTariff,
  SignedAgreement,
  SignedLoadSignal,
} from '@roamgrid/contracts';
import { parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { isTariffValidAt, parseTariff, type TariffDocument } from '@roamgrid/tariff';
import {
  agreedTariffDocumentOf,
  defaultSettlement,
  neededUntil,
  renewalMarginMs,
  tariffEndMs,
} from '../decisions/agreed-tariff.js';
import {
  defaultTariffOf,
  isEnergyWithinBounds,
  negotiationTermsOf,
  termsOfDirection,
} from '../decisions/negotiation-terms.js';
import { endingByHome, endingOf } from '../decisions/ending.js';
import { endedNegotiation } from '../decisions/projections.js';
import { hashOf } from '../decisions/hash-of.js';
import { byUtility } from '../decisions/signatures.js';
import type { AgreedTariffKey, Negotiation } from '../ports.js';
import { negotiate, type Negotiated } from './negotiate.js';
import type { CrpParts } from './parts.js';

const MS_PER_HOUR = 3_600_000;

type Request = RequestOf<typeof agreeTariff>;
type Reply = ReplyOf<typeof agreeTariff>;
type Refusal = Extract<Reply, { decision: 'refused' }>['reason'];

/** What a negotiation is about. */
interface Matter {
  readonly request: Request;
  readonly agreement: SignedAgreement;
  readonly terms: AgreementTerms;
  readonly base: TariffDocument;
  readonly baseTariffHash: string;
  readonly negotiationId: string;
  readonly startedAtMs: InstantMs;
  readonly neededUntilMs: InstantMs;
}

const refused = (reason: Refusal, messagesToHome = 0): Reply => ({
  decision: 'refused',
  reason,
  messagesToHome,
});

/** The default tariff of the class, if it is published, valid now and fits the agreement. */
async function baseOf(
  parts: Pick<CrpParts, 'tariffs' | 'clock'>,
  terms: AgreementTerms,
  { customerClass, stationClass }: Request,
): Promise<{ base: TariffDocument; baseTariffHash: string } | null> {
  const reference = defaultTariffOf(terms, customerClass, stationClass);
  if (reference === null) return null;
  const view = await parts.tariffs.publishedWholesale(reference.hash);
  if (view?.document.currency !== terms.currency) return null;
  if (!isEnergyWithinBounds(view.document, terms)) return null;
  if (!isTariffValidAt(parseTariff(view.document), parts.clock.now())) return null;
  return { base: view.document, baseTariffHash: reference.hash };
}

/** Where this side has no policy, or nothing is bargained, the agreement's default applies at once. */
async function bargain(parts: CrpParts, matter: Matter): Promise<Negotiated> {
  const { customerClass, stationClass } = matter.request;
  const policy = await parts.policies.current({ side: 'visited', customerClass, stationClass });
  const terms = negotiationTermsOf(matter.terms, matter.base);
  if (policy === null || terms === null) {
    const ending = endingOf([]);
    return { settlement: defaultSettlement(matter.base), moves: [], ending, messagesToHome: 0 };
  }
  return negotiate(parts, {
    negotiationId: matter.negotiationId,
    agreementHash: matter.agreement.documentHash,
    agreementTerms: matter.terms,
    customerClass,
    stationClass,
    policy,
    terms,
    startedAtMs: matter.startedAtMs,
  });
}

/** What this side has published for the time of a tariff that begins now. */
function ownSignals(
  parts: CrpParts,
  { request, terms, startedAtMs }: Matter,
): Promise<SignedLoadSignal[]> {
  const validityMs = terms.negotiation.agreedTariffValidityHours * MS_PER_HOUR;
  const untilMs = startedAtMs + validityMs;
  return parts.loadSignals.within(parts.utility, request.stationClass, startedAtMs, untilMs);
}

/** Signs and has home sign. @throws RoamgridError `peer_unreachable`, or home's own refusal */
async function cosign(
  parts: CrpParts,
  document: AgreedTariffDocument,
  { baseTariffHash }: Matter,
  signals: readonly SignedLoadSignal[],
): Promise<SignedAgreedTariff> {
  const { homeUtility, visitedUtility } = document;
  const own = await parts.signer.sign(document);
  const signature = await parts.partners.cosignAgreedTariff(homeUtility, {
    visitedUtility,
    document,
    signature: own.signature,
    baseTariffHash,
    loadSignals: signals.filter((one) => document.loadSignals?.includes(one.documentHash)),
  });
  const agreed: SignedAgreedTariff = {
    document,
    documentHash: own.documentHash,
    signatures: byUtility([
      { utility: visitedUtility, signature: own.signature },
      { utility: homeUtility, signature },
    ]),
  };
  await parts.verifier.verifyCosigned(agreed, [homeUtility, visitedUtility], 'crp');
  return agreed;
}

function negotiationOf(matter: Matter, moves: Negotiation['moves']): Negotiation {
  return {
    negotiationId: matter.negotiationId,
    homeUtility: matter.terms.homeUtility,
    visitedUtility: matter.terms.visitedUtility,
    customerClass: matter.request.customerClass,
    stationClass: matter.request.stationClass,
    agreementHash: matter.agreement.documentHash,
    rounds: matter.terms.negotiation.rounds,
    startedAtMs: matter.startedAtMs,
    moves,
  };
}

async function settle(parts: CrpParts, matter: Matter, key: AgreedTariffKey): Promise<Reply> {
  const { settlement, moves, ending, messagesToHome } = await bargain(parts, matter);
  const negotiation = negotiationOf(matter, moves);
  const signals = await ownSignals(parts, matter);
  const document = agreedTariffDocumentOf({
    ...matter,
    ...matter.request,
    agreedTariffId: parts.ids.uuid(),
    settlement,
    notBeforeMs: parts.clock.now(),
    loadSignals: signals,
    previous: null,
  });
  const signed = await cosign(parts, document, matter, signals).catch(refusalOf);
  const endedAtMs = parts.clock.now();
  if (signed instanceof RoamgridError) {
    parts.log.warn({ code: signed.code, detail: signed.message }, 'home did not sign');
    const failed = { outcome: 'failed' as const, ending: endingByHome(signed) };
    const ended = { negotiation, ...failed, endedAtMs };
    await parts.negotiations.end(endedNegotiation(ended, null));
    const reason = signed.code === 'peer_unreachable' ? 'home_unreachable' : 'negotiation_failed';
    return refused(reason, messagesToHome + 1);
  }
  const ended = { negotiation, outcome: settlement.outcome, ending, endedAtMs };
  const agreedTariff = await parts.agreedTariffs.keep(key, signed, {
    unlessValidAtMs: matter.neededUntilMs,
    ended: endedNegotiation(ended, signed),
  });
  return { decision: 'agreed', agreedTariff, messagesToHome: messagesToHome + 1 };
}

/**
 * A kept tariff with what was published since in it: the same schedule, bargained once, resolved anew. The
 * kept one stays where load changes no price, and where home does not sign.
 */
async function withNewLoad(
  parts: CrpParts,
  matter: Matter,
  key: AgreedTariffKey,
  kept: SignedAgreedTariff,
): Promise<Reply> {
  const signals = await ownSignals(parts, matter);
  const { document: before } = kept;
  const unchanged: Reply = { decision: 'agreed', agreedTariff: kept, messagesToHome: 0 };
  if (signals.every(({ documentHash }) => before.loadSignals?.includes(documentHash))) {
    return unchanged;
  }
  const document = agreedTariffDocumentOf({
    ...matter,
    ...before,
    negotiationId: matter.negotiationId,
    settlement: {
      outcome: before.outcome === 'agreed' ? 'agreed' : 'defaultApplied',
      schedule: before.schedule,
    },
    notBeforeMs: matter.startedAtMs,
    loadSignals: signals,
    previous: before,
  });
  if (hashOf(document.tariff.elements) === hashOf(before.tariff.elements)) return unchanged;
  const signed = await cosign(parts, document, matter, signals).catch(refusalOf);
  if (signed instanceof RoamgridError) {
    parts.log.warn(
      { code: signed.code, detail: signed.message },
      'home did not sign new load bands',
    );
    return { ...unchanged, messagesToHome: 1 };
  }
  const options = { unlessValidAtMs: null, ended: null };
  const agreedTariff = await parts.agreedTariffs.keep(key, signed, options);
  return { decision: 'agreed', agreedTariff, messagesToHome: 1 };
}

/** What home refuses with, and what the bus says of its silence, is an outcome; the rest is not. */
function refusalOf(error: unknown): RoamgridError {
  if (error instanceof RoamgridError) return error;
  throw error;
}

/** A kept tariff where one is valid for a while yet, else a negotiation within the agreement. */
export async function agreeWithPartner(parts: CrpParts, request: Request): Promise<Reply> {
  const { homeUtility, customerClass, stationClass } = request;
  const startedAtMs = parts.clock.now();
  const agreement = await parts.agreements.inForce(homeUtility, startedAtMs);
  const terms =
    agreement === null ? null : termsOfDirection(agreement.document, parts.utility, homeUtility);
  if (agreement === null || terms === null) return refused('no_agreement');
  const key: AgreedTariffKey = {
    homeUtility,
    visitedUtility: parts.utility,
    customerClass,
    stationClass,
    baseHash: agreement.documentHash,
  };
  const found = await baseOf(parts, terms, request);
  if (found === null) return refused('tariff_unavailable');
  const ends = [parseInstant(agreement.document.notAfter), tariffEndMs(found.base)];
  const neededUntilMs = neededUntil(startedAtMs, renewalMarginMs(terms), ends);
  const kept = await parts.agreedTariffs.current(key, neededUntilMs);
  const negotiationId = kept?.document.negotiationId ?? parts.ids.uuid();
  const matter = { request, agreement, terms, ...found, negotiationId, startedAtMs, neededUntilMs };
  return kept === null ? settle(parts, matter, key) : withNewLoad(parts, matter, key, kept);
}
