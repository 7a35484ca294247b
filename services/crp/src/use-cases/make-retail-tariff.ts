import type {
  AgreedTariffDocument,
  FxRate,
  makeRetailTariff,
  ReplyOf,
  RequestOf,
  RetailTariffDocument,
} from '@roamgrid/contracts';
import { formatInstant, parseInstant, RoamgridError, type InstantMs } from '@roamgrid/kernel';
import { parseTariff, type TariffDocument } from '@roamgrid/tariff';
import { fixFx } from '../decisions/choose-fx.js';
import { hashOf } from '../decisions/hash-of.js';
import { termsOfDirection } from '../decisions/negotiation-terms.js';
import { domesticPrices, roamingPrices, type RetailPrices } from '../decisions/retail-prices.js';
import type { RetailTariffKey, StoredPlan } from '../ports.js';
import type { CrpParts } from './parts.js';

type Request = RequestOf<typeof makeRetailTariff>;
type Reply = ReplyOf<typeof makeRetailTariff>;

const UNAVAILABLE: Reply = { decision: 'refused', reason: 'tariff_unavailable' };

/** @throws RoamgridError `signature_invalid`, `unprocessable` for another utility's consumers */
async function checkAgreedTariff(parts: CrpParts, { agreedTariff }: Request): Promise<void> {
  const { document } = agreedTariff;
  const isDomestic = document.outcome === 'domestic';
  if (
    document.homeUtility !== parts.utility ||
    isDomestic !== (document.visitedUtility === parts.utility)
  ) {
    throw new RoamgridError('unprocessable', 'the agreed tariff is not for our consumers');
  }
  const parties = new Set([document.homeUtility, document.visitedUtility]);
  await parts.verifier.verifyCosigned(agreedTariff, [...parties], 'crp');
}

interface Conversion {
  readonly fx: FxRate | null;
  readonly rounding: RetailTariffDocument['rounding'];
}

/** Null where no rate is known for the pair that the agreement's rule allows. */
async function conversionFor(
  parts: CrpParts,
  document: AgreedTariffDocument,
  atMs: InstantMs,
): Promise<Conversion | null> {
  const homeCurrency = parts.registry.entry(parts.utility).currency;
  const { currency } = document.tariff;
  if (document.outcome === 'domestic') {
    return currency === homeCurrency ? { fx: null, rounding: 'halfUp' } : null;
  }
  // the agreement under which the tariff was agreed, also where another one is in force by now
  const agreement =
    document.agreementHash === null ? null : await parts.agreements.byHash(document.agreementHash);
  const terms =
    agreement === null
      ? null
      : termsOfDirection(agreement.document, document.visitedUtility, parts.utility);
  if (terms === null) return null;
  if (currency === homeCurrency) return { fx: null, rounding: terms.rounding };
  const recorded = await parts.fx.newest(currency, homeCurrency, terms.fx.source);
  const fx = recorded === null ? null : fixFx(recorded, terms.fx, atMs);
  return fx === null ? null : { fx, rounding: terms.rounding };
}

/** Home issues the tariff: its country and party stand on it where the registry names them. */
function issuedTariff(
  parts: CrpParts,
  wholesale: TariffDocument,
  identity: { readonly id: string; readonly issuedAt: string; readonly prices: RetailPrices },
): TariffDocument {
  const [provider] = parts.registry.entry(parts.utility).contractProviders;
  const issuer =
    provider === undefined
      ? {}
      : { country_code: provider.slice(0, 2), party_id: provider.slice(2, 5) };
  const tariff: TariffDocument = {
    ...wholesale,
    ...issuer,
    id: identity.id,
    elements: identity.prices.elements,
    last_updated: identity.issuedAt,
  };
  parseTariff(tariff);
  return tariff;
}

function documentOf(
  parts: CrpParts,
  request: Request,
  made: { plan: StoredPlan; prices: RetailPrices; conversion: Conversion; atMs: InstantMs },
): RetailTariffDocument {
  const { document, documentHash } = request.agreedTariff;
  const { prices, conversion, atMs } = made;
  const retailTariffId = parts.ids.uuid();
  const issuedAt = formatInstant(atMs);
  const ends = [document.notAfter, ...(conversion.fx === null ? [] : [conversion.fx.notAfter])];
  return {
    type: 'retailTariff',
    schemaVersion: 1,
    retailTariffId,
    homeUtility: document.homeUtility,
    visitedUtility: document.visitedUtility,
    customerClass: document.customerClass,
    planId: request.planId,
    plan: { version: made.plan.version, hash: hashOf(made.plan.plan) },
    retailRule: prices.retailRule,
    tier: request.tier,
    tierDiscountPercentage: prices.tierDiscountPercentage,
    agreedTariffHash: documentHash,
    homeCurrency: parts.registry.entry(parts.utility).currency,
    fx: conversion.fx,
    rounding: conversion.rounding,
    tariff: issuedTariff(parts, document.tariff, { id: retailTariffId, issuedAt, prices }),
    notBefore: issuedAt,
    notAfter: formatInstant(Math.min(...ends.map(parseInstant))),
  };
}

async function make(parts: CrpParts, request: Request, plan: StoredPlan): Promise<Reply> {
  const { document, documentHash: agreedTariffHash } = request.agreedTariff;
  const atMs = parts.clock.now();
  const { planId, tier } = request;
  const key: RetailTariffKey = { agreedTariffHash, planId, planVersion: plan.version, tier };
  const kept = await parts.retailTariffs.current(key, atMs);
  if (kept !== null) return { decision: 'made', retailTariff: kept };
  const conversion = await conversionFor(parts, document, atMs);
  const prices =
    document.outcome === 'domestic'
      ? domesticPrices(document.tariff, plan.plan, tier)
      : roamingPrices(document.tariff, plan.plan, tier);
  if (conversion === null || prices === null) return UNAVAILABLE;
  const signed = await parts.signer.sign(
    documentOf(parts, request, { plan, prices, conversion, atMs }),
  );
  return { decision: 'made', retailTariff: await parts.retailTariffs.keep(key, signed, atMs) };
}

/**
 * What the driver pays under an agreed tariff, in the visited currency, by plan and tier. The same
 * document as long as it is valid; refused where a price or a rate is unknown or
 * the agreed tariff is over.
 *
 * @throws RoamgridError `signature_invalid`, `unprocessable`
 */
export function makeRetailTariffWith(parts: CrpParts): (request: Request) => Promise<Reply> {
  return async (request) => {
    await checkAgreedTariff(parts, request);
    const { document } = request.agreedTariff;
    const isOver = parts.clock.now() >= parseInstant(document.notAfter);
    const plan = await parts.plans.current(request.planId);
    const isForClass = plan?.plan.customerClass === document.customerClass;
    return plan === null || !isForClass || isOver ? UNAVAILABLE : make(parts, request, plan);
  };
}
