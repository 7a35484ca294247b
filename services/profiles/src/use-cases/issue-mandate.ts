import type {
  AgreementTerms,
  issueMandate,
  MandateDocument,
  RefusalReason,
  ReplyOf,
  RequestOf,
  SignedAgreement,
  SignedMandate,
  SignedRetailTariff,
} from '@roamgrid/contracts';
import { formatEnergyKwh, formatInstant, formatMoney, parseInstant } from '@roamgrid/kernel';
import type { Clock, IdSource, Signer, Verifier } from '@roamgrid/platform';
import {
  termsAt,
  type AddOutcome,
  type Consumer,
  type ConsumerStore,
  type IssuedMandateStore,
  type OwnServices,
  type Reuse,
} from '../ports.js';
import {
  capsOf,
  consumerLimits,
  inVisitedCurrency,
  visitedCurrencyOf,
  type Caps,
} from './mandate-caps.js';

type Request = RequestOf<typeof issueMandate>;
type Reply = ReplyOf<typeof issueMandate>;

const HOUR_MS = 3_600_000;
/** how long a domestic mandate holds */
const DOMESTIC_VALIDITY_HOURS = 24;
const LEAST_REMAINING_MS = HOUR_MS;
/** how often a mandate is worked out anew when others take of the same credit */
const MOST_ATTEMPTS = 5;

export interface IssueMandateParts {
  readonly utility: string;
  readonly consumers: ConsumerStore;
  readonly issued: IssuedMandateStore;
  readonly services: OwnServices;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly ids: IdSource;
}

const refused = (reason: RefusalReason): Reply => ({ decision: 'refused', reason });
const issued = (mandate: SignedMandate): Reply => ({ decision: 'issued', mandate });

/** What a mandate is made of, once everything that may refuse it has been asked. */
interface Basis {
  readonly consumer: Consumer;
  readonly agreement: SignedAgreement | null;
  readonly terms: AgreementTerms | null;
  readonly retailTariff: SignedRetailTariff;
  readonly nowMs: number;
}

/**
 * Home signs a mandate. Asked again for the same session, or while an equal one is open, it gives the
 * same. A prepaid one first reserves its cap on the balance, and is good for one session.
 */
export function issueMandateWith(parts: IssueMandateParts) {
  return async (request: Request): Promise<Reply> => {
    const consumer = await parts.consumers.byPseudonym(request.pseudonym, request.visitedUtility);
    if (consumer === null) return refused('credential_rejected');
    if (consumer.state === 'blocked') return refused('consumer_blocked');
    const again = await issuedBefore(parts, request);
    if (again !== null) return again;
    const basis = await basisOf(parts, request, consumer);
    if (typeof basis === 'string') return refused(basis);
    return consumer.settings.paymentMode === 'prepaid'
      ? issuePrepaid(parts, request, basis)
      : issuePostPaid(parts, request, basis);
  };
}

/** The session's own mandate; a session id of another partner's opens nothing. */
async function issuedBefore(parts: IssueMandateParts, request: Request): Promise<Reply | null> {
  const mandate = await parts.issued.bySession(request.sessionId);
  if (mandate === null) return null;
  const { visitedUtility, pseudonym } = mandate.document;
  const isSame = visitedUtility === request.visitedUtility && pseudonym === request.pseudonym;
  return isSame ? issued(mandate) : refused('credential_rejected');
}

async function basisOf(
  parts: IssueMandateParts,
  request: Request,
  consumer: Consumer,
): Promise<Basis | RefusalReason> {
  const domestic = request.visitedUtility === parts.utility;
  const agreement = domestic ? null : await parts.services.agreementWith(request.visitedUtility);
  const terms = agreement === null ? null : termsAt(agreement, request.visitedUtility);
  if (!domestic && terms === null) return 'no_agreement';
  const signers = domestic ? [parts.utility] : [parts.utility, request.visitedUtility];
  await parts.verifier.verifyCosigned(request.agreedTariff, signers, 'crp');
  const { planId, tier } = consumer.settings;
  const retailTariff = await parts.services.retailTariff(request.agreedTariff, planId, tier);
  const nowMs = parts.clock.now();
  const prices = [request.agreedTariff, retailTariff];
  const holds = (price: (typeof prices)[number]): boolean =>
    price !== null && parseInstant(price.document.notAfter) > nowMs;
  // before any credit is reserved: what has run out prices nothing
  if (retailTariff === null || !prices.every(holds)) return 'tariff_unavailable';
  return { consumer, agreement, terms, retailTariff, nowMs };
}

/** What serves as well as a new mandate: everything that home would sign now is the same. */
function reuseFor(request: Request, basis: Basis): Reuse {
  return {
    untilMs: basis.nowMs + LEAST_REMAINING_MS,
    isEqual: ({ document }) =>
      document.assurance === request.assurance &&
      document.tier === basis.consumer.settings.tier &&
      document.retailTariff.documentHash === basis.retailTariff.documentHash,
  };
}

async function reusableFor(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<SignedMandate | null> {
  const { untilMs, isEqual } = reuseFor(request, basis);
  const candidates = await parts.issued.reusable(
    basis.consumer.consumerId,
    request.visitedUtility,
    request.agreedTariff.documentHash,
    untilMs,
  );
  return candidates.find(isEqual) ?? null;
}

async function issuePostPaid(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Reply> {
  const { consumer, nowMs } = basis;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const equal = await reusableFor(parts, request, basis);
    if (equal !== null) return issued(equal);
    const caps = capsFor(request, basis, await parts.issued.openCaps(consumer.consumerId, nowMs));
    if (caps === null) break;
    const signed = await parts.signer.sign(documentOf(parts, request, basis, caps, false));
    const outcome = await keep(parts, request, basis, caps, signed);
    if (outcome === 'kept') return issued(signed);
    if (outcome === 'blocked') return refused('consumer_blocked');
    if (outcome === 'known') break;
    // another swipe took the same credit in the meantime: look at what it left, or use its mandate
  }
  return (await madeMeanwhile(parts, request, basis)) ?? refused('credit_exhausted');
}

/** Nothing is left, perhaps because an equal mandate was made a moment ago: that one serves. */
async function madeMeanwhile(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Reply | null> {
  const own = await issuedBefore(parts, request);
  if (own !== null) return own;
  const equal = await reusableFor(parts, request, basis);
  return equal === null ? null : issued(equal);
}

async function issuePrepaid(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
): Promise<Reply> {
  const { consumer } = basis;
  const open = await parts.issued.openCaps(consumer.consumerId, basis.nowMs);
  const wanted = capsFor(request, basis, open);
  if (wanted === null) return refused('credit_exhausted');
  const reservedMinor = await parts.services.reserveCredit({
    sessionId: request.sessionId,
    consumerId: consumer.consumerId,
    currency: consumer.settings.currency,
    greatestMinor: wanted.homeMinor,
  });
  if (reservedMinor === null) return refused('credit_exhausted');
  const caps: Caps = {
    energyMilliWh: wanted.energyMilliWh,
    visitedMinor: inVisitedCurrency(reservedMinor, basis.retailTariff.document.fx),
    homeMinor: reservedMinor,
  };
  // a reservation that is worth nothing in the visited currency buys nothing there
  const signed =
    caps.visitedMinor > 0n
      ? await parts.signer.sign(documentOf(parts, request, basis, caps, true))
      : null;
  const outcome = signed === null ? 'exceeds' : await keep(parts, request, basis, caps, signed);
  if (signed !== null && outcome === 'kept') return issued(signed);
  if (outcome === 'known') {
    return (await issuedBefore(parts, request)) ?? refused('credit_exhausted');
  }
  await parts.issued.giveBackCredit(request.sessionId);
  return refused(outcome === 'blocked' ? 'consumer_blocked' : 'credit_exhausted');
}

function capsFor(
  request: Request,
  basis: Basis,
  open: { energyMilliWh: bigint; homeMinor: bigint },
): Caps | null {
  return capsOf({
    settings: basis.consumer.settings,
    assurance: request.assurance,
    terms: basis.terms,
    open,
    fx: basis.retailTariff.document.fx,
  });
}

function documentOf(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  caps: Caps,
  singleSession: boolean,
): MandateDocument {
  const { consumer, agreement, retailTariff, nowMs, terms } = basis;
  const currency = visitedCurrencyOf({ retailTariff });
  const validityHours = terms?.mandateValidityHours ?? DOMESTIC_VALIDITY_HOURS;
  return {
    type: 'mandate',
    schemaVersion: 1,
    mandateId: parts.ids.uuid(),
    homeUtility: parts.utility,
    visitedUtility: request.visitedUtility,
    agreementId: agreement?.document.agreementId ?? null,
    agreementHash: agreement?.documentHash ?? null,
    pseudonym: request.pseudonym,
    assurance: request.assurance,
    customerClass: consumer.settings.customerClass,
    tier: consumer.settings.tier,
    paymentMode: consumer.settings.paymentMode,
    energyCapKwh: formatEnergyKwh(caps.energyMilliWh),
    moneyCap: { currency, amount: formatMoney({ currency, minor: caps.visitedMinor }) },
    maxConcurrentSessions: consumer.settings.maxConcurrentSessions,
    singleSession,
    preAgreedPrice: consumer.settings.preAgreedPrice,
    agreedTariffHash: request.agreedTariff.documentHash,
    retailTariff,
    notBefore: formatInstant(nowMs),
    notAfter: formatInstant(
      Math.min(
        nowMs + validityHours * HOUR_MS,
        parseInstant(request.agreedTariff.document.notAfter),
        parseInstant(retailTariff.document.notAfter),
      ),
    ),
  };
}

async function keep(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  caps: Caps,
  signed: SignedMandate,
): Promise<AddOutcome> {
  const { consumer } = basis;
  return parts.issued.add(
    {
      mandateId: signed.document.mandateId,
      consumerId: consumer.consumerId,
      visitedUtility: request.visitedUtility,
      agreedTariffHash: request.agreedTariff.documentHash,
      sessionId: request.sessionId,
      singleSession: signed.document.singleSession,
      energyCapMilliWh: caps.energyMilliWh,
      homeCapMinor: caps.homeMinor,
      signed,
    },
    consumerLimits(consumer.settings),
    basis.nowMs,
    signed.document.singleSession ? null : reuseFor(request, basis),
  );
}
