import type {
  AgreementTerms,
  authorizeOffline,
  DirectoryEntryDocument,
  MandateDocument,
  OfflineBasis,
  RefusalReason,
  ReplyOf,
  RequestOf,
  SignedAgreement,
  SignedDirectoryEntry,
} from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatInstant,
  formatMoney,
  parseEnergyKwh,
  parseInstant,
  parseMoney,
  type EnergyMilliWh,
  type Money,
} from '@roamgrid/kernel';
import type { Clock, IdSource, Signer } from '@roamgrid/platform';
import type { DirectoryStore } from '../directory-ports.js';
import type { OfflinePrice, OfflineStore } from '../offline-ports.js';
import { termsAt, type OwnServices } from '../ports.js';
import { MEDIA_THAT_ASK_HOME } from './hold-mandates.js';

type Request = RequestOf<typeof authorizeOffline>;
type Reply = ReplyOf<typeof authorizeOffline>;

const HOUR_MS = 3_600_000;

export interface AuthorizeOfflineParts {
  readonly utility: string;
  readonly directory: DirectoryStore;
  readonly offline: OfflineStore;
  readonly services: Pick<OwnServices, 'agreementWith'>;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** What a driver may charge in so many hours. */
interface Window {
  readonly hours: number;
  readonly energyMilliWh: EnergyMilliWh;
  readonly money: Money;
}

/** What home signed in advance for this driver, and the rule that both signed. */
interface Standing {
  readonly agreement: SignedAgreement;
  readonly window: Window;
  readonly basis: OfflineBasis;
  readonly allowed: NonNullable<DirectoryEntryDocument['offline']>;
}

/**
 * Home is silent. Who stands in its token directory, of whose state it assured us not too long ago, charges
 * up to the caps of the agreement's rule at a price that home signed before. Everybody else is refused.
 */
export function authorizeOfflineWith(parts: AuthorizeOfflineParts) {
  return async (request: Request): Promise<Reply> => {
    const nowMs = parts.clock.now();
    const standing = await standingOf(parts, request, nowMs);
    if (typeof standing === 'string') return { decision: 'refused', reason: standing };
    const { planId, tier, customerClass } = standing.basis.entry.document;
    const price = await parts.offline.price(
      {
        homeUtility: request.homeUtility,
        agreementHash: standing.agreement.documentHash,
        customerClass,
        stationClass: request.stationClass,
        planId,
        tier,
      },
      nowMs,
    );
    if (price === null) return { decision: 'refused', reason: 'tariff_unavailable' };
    const caps = restOf(standing.window, request.used);
    if (caps === null) return { decision: 'refused', reason: 'credit_exhausted' };
    const mandate = await parts.signer.sign(documentOn(parts, standing, price, caps, nowMs));
    await parts.offline.keepMandate(mandate);
    return { decision: 'granted', mandate, agreedTariff: price.agreedTariff };
  };
}

/** The rules in order; the first that refuses decides. */
async function standingOf(
  parts: AuthorizeOfflineParts,
  request: Request,
  nowMs: number,
): Promise<Standing | RefusalReason> {
  // what only home can check, nobody checks while it is silent
  if (MEDIA_THAT_ASK_HOME.includes(request.medium)) return 'home_unreachable';
  const agreement = await parts.services.agreementWith(request.homeUtility);
  const terms = agreement === null ? null : termsAt(agreement, parts.utility);
  if (agreement === null || terms === null) return 'no_agreement';
  if (terms.offlineRule.kind === 'deny') return 'home_unreachable';
  const entry = await parts.directory.find(request.identity);
  const refused = reasonAgainst(entry, request, nowMs);
  const allowed = entry?.document.offline;
  if (refused !== null || entry === null) return refused ?? 'home_unreachable';
  if (allowed === undefined) return 'home_unreachable';
  const directory = await parts.directory.state(request.homeUtility);
  const isFresh =
    directory !== null &&
    nowMs <
      parseInstant(directory.document.issuedAt) + terms.offlineRule.greatestAgeHours * HOUR_MS;
  if (!isFresh) return 'home_unreachable';
  const window = windowOf(terms, entry.document);
  if (window === null) return 'home_unreachable';
  const { hours, energyMilliWh, money } = window;
  const shown = { currency: money.currency, amount: formatMoney(money) };
  const basis: OfflineBasis = {
    entry,
    directory,
    window: { hours, energyKwh: formatEnergyKwh(energyMilliWh), money: shown },
  };
  return { agreement, window, basis, allowed };
}

function reasonAgainst(
  entry: SignedDirectoryEntry | null,
  { homeUtility }: Request,
  nowMs: number,
): RefusalReason | null {
  if (entry?.document.homeUtility !== homeUtility) return 'home_unreachable';
  if (entry.document.state === 'blocked') return 'consumer_blocked';
  const isInForce = parseInstant(entry.document.notAfter) > nowMs;
  return isInForce ? null : 'home_unreachable';
}

const least = (values: readonly bigint[]): bigint =>
  values.reduce((smallest, value) => (value < smallest ? value : smallest));

/** The smallest of what the rule, the assurance and home's own entry allow in a window. */
function windowOf(
  { offlineRule, mandateLimits, currency }: AgreementTerms,
  { assurance, offline }: DirectoryEntryDocument,
): Window | null {
  if (offline?.money.currency !== currency) return null;
  const limits = [offlineRule, mandateLimits[assurance]];
  const amounts = [...limits.map(({ amount }) => amount), offline.money.amount];
  return {
    hours: offlineRule.greatestAgeHours,
    energyMilliWh: least([...limits, offline].map(({ energyKwh }) => parseEnergyKwh(energyKwh))),
    money: { currency, minor: least(amounts.map((amount) => parseMoney(amount, currency).minor)) },
  };
}

/** What is left of a window; null where that is nothing. */
function restOf(
  { energyMilliWh, money }: Window,
  { energyKwh, amount }: Request['used'],
): Pick<MandateDocument, 'energyCapKwh' | 'moneyCap'> | null {
  const { currency } = money;
  const restMilliWh = energyMilliWh - parseEnergyKwh(energyKwh);
  const minor = money.minor - parseMoney(amount, currency).minor;
  if (restMilliWh <= 0n || minor <= 0n) return null;
  return {
    energyCapKwh: formatEnergyKwh(restMilliWh),
    moneyCap: { currency, amount: formatMoney({ currency, minor }) },
  };
}

function documentOn(
  parts: AuthorizeOfflineParts,
  { agreement, basis, allowed }: Standing,
  { agreedTariff, retailTariff }: OfflinePrice,
  caps: Pick<MandateDocument, 'energyCapKwh' | 'moneyCap'>,
  nowMs: number,
): MandateDocument {
  const entry = basis.entry.document;
  const { paymentMode, maxConcurrentSessions, preAgreedPrice } = allowed;
  const ends = [agreedTariff.document.notAfter, retailTariff.document.notAfter, entry.notAfter];
  const vouchedUntilMs =
    parseInstant(basis.directory.document.issuedAt) + basis.window.hours * HOUR_MS;
  return {
    type: 'mandate',
    schemaVersion: 1,
    mandateId: parts.ids.uuid(),
    homeUtility: entry.homeUtility,
    visitedUtility: parts.utility,
    agreementId: agreement.document.agreementId,
    agreementHash: agreement.documentHash,
    pseudonym: entry.pseudonym,
    assurance: entry.assurance,
    customerClass: entry.customerClass,
    tier: entry.tier,
    paymentMode,
    ...caps,
    maxConcurrentSessions,
    // one charge a mandate: the next one's is for what this leaves of the window
    singleSession: true,
    // home answered for the caps alone: what is delivered beyond them is visited's, and no driver's
    beyondCreditBorneBy: 'visited',
    preAgreedPrice,
    agreedTariffHash: agreedTariff.documentHash,
    retailTariff,
    offline: basis,
    notBefore: formatInstant(nowMs),
    notAfter: formatInstant(Math.min(vouchedUntilMs, ...ends.map((end) => parseInstant(end)))),
  };
}
