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
import type { OneAtATime } from '../one-at-a-time.js';
import {
  termsAt,
  type AddOutcome,
  type Consumer,
  type ConsumerStore,
  type IssuedMandateStore,
  type OpenCaps,
  type OwnServices,
  type Reuse,
  type VisitedUtilities,
} from '../ports.js';
import { contractBinding } from '../contract-binding.js';
import { capsOf, consumerLimits, visitedCurrencyOf, type Caps } from './mandate-caps.js';

export type Request = RequestOf<typeof issueMandate>;
export type Reply = ReplyOf<typeof issueMandate>;
/** `changed`: the contract has another version by now, so that all is to be asked anew */
export type Issued = Reply | 'changed';

const HOUR_MS = 3_600_000;
/** how long a domestic mandate holds */
const DOMESTIC_VALIDITY_HOURS = 24;
const LEAST_REMAINING_MS = HOUR_MS;

export interface IssueMandateParts {
  readonly utility: string;
  readonly consumers: ConsumerStore;
  readonly issued: IssuedMandateStore;
  readonly services: OwnServices;
  readonly visited: VisitedUtilities;
  readonly turns: OneAtATime;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export const refused = (reason: RefusalReason): Reply => ({ decision: 'refused', reason });
export const issued = (mandate: SignedMandate): Reply => ({ decision: 'issued', mandate });

/** What a mandate is made of, once everything that may refuse it has been asked. */
export interface Basis {
  readonly consumer: Consumer;
  readonly agreement: SignedAgreement | null;
  readonly terms: AgreementTerms | null;
  readonly retailTariff: SignedRetailTariff;
  readonly nowMs: number;
}

/** Everything that may refuse a mandate, asked in order; the reason where something does. */
export async function basisOf(
  parts: IssueMandateParts,
  request: Request,
  consumer: Consumer,
): Promise<Basis | RefusalReason> {
  const domestic = request.visitedUtility === parts.utility;
  if (!domestic && consumer.settings.roaming === false) return 'no_agreement';
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

/** The session's own mandate; a session id of another partner's opens nothing. */
export async function issuedBefore(
  parts: IssueMandateParts,
  request: Request,
): Promise<Reply | null> {
  const mandate = await parts.issued.bySession(request.sessionId);
  if (mandate === null) return null;
  const { mandateId, visitedUtility, pseudonym } = mandate.document;
  const { taken, returned } = request.held;
  if ([...taken, ...returned].includes(mandateId)) return null;
  const isSame = visitedUtility === request.visitedUtility && pseudonym === request.pseudonym;
  return isSame ? issued(mandate) : refused('credential_rejected');
}

/** What serves as well as a new mandate: everything that home would sign now is the same. */
export function reuseFor(request: Request, basis: Basis): Reuse {
  return {
    untilMs: basis.nowMs + LEAST_REMAINING_MS,
    isEqual: ({ document }) =>
      document.assurance === request.assurance &&
      document.tier === basis.consumer.settings.tier &&
      document.retailTariff.documentHash === basis.retailTariff.documentHash,
  };
}

/** The caps that a mandate may have beside those that are open; null where nothing is left. */
export function capsFor(request: Request, basis: Basis, open: OpenCaps): Caps | null {
  return capsOf({
    settings: basis.consumer.settings,
    assurance: request.assurance,
    terms: basis.terms,
    open,
    fx: basis.retailTariff.document.fx,
  });
}

/** @param singleSession false for a mandate that is good for many */
export function documentOf(
  parts: IssueMandateParts,
  request: Request,
  basis: Basis,
  what: { readonly mandateId: string; readonly caps: Caps; readonly singleSession: boolean },
): MandateDocument {
  const { mandateId, caps, singleSession } = what;
  const { consumer, agreement, retailTariff, nowMs, terms } = basis;
  const currency = visitedCurrencyOf({ retailTariff });
  const validityHours = terms?.mandateValidityHours ?? DOMESTIC_VALIDITY_HOURS;
  return {
    type: 'mandate',
    schemaVersion: 1,
    mandateId,
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
    ...(terms === null ? {} : { beyondCreditBorneBy: terms.beyondCreditBorneBy }),
    preAgreedPrice: consumer.settings.preAgreedPrice,
    ...bindingOf(consumer, request.pseudonym),
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

/** Names the version of the contract in force, in a way that no other utility's mandate does. */
function bindingOf(
  { driverContract }: Consumer,
  pseudonym: string,
): Pick<MandateDocument, 'contractBinding'> {
  const hash = driverContract?.hash ?? null;
  return hash === null ? {} : { contractBinding: contractBinding(hash, pseudonym) };
}

/** Keeps a signed mandate where the consumer's limits still have room for it. */
export async function keep(
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
      contractHash: consumer.driverContract?.hash ?? null,
      signed,
    },
    consumerLimits(consumer.settings),
    basis.nowMs,
    signed.document.singleSession ? null : reuseFor(request, basis),
  );
}
