import { randomUUID } from 'node:crypto';
import type {
  ChargeRecord,
  SignedAgreedTariff,
  SignedAgreement,
  SignedMandate,
} from '@roamgrid/contracts';
import type { SignedDocument } from '@roamgrid/documents';
import type { TariffDocument } from '@roamgrid/tariff';
import type { Consortium, Consumer, Member } from './consortium.js';

export const VISITED = 'duke-energy';
export const HOME = 'alabama-power';

const TAXES = [{ name: 'Sales tax', percentage: '7.25' }];

export function tariffOf(
  id: string,
  pricePerKwh: string,
  currency = 'USD',
  minPrice?: string,
): TariffDocument {
  return {
    ...(minPrice === undefined ? {} : { min_price: { excl_vat: minPrice } }),
    country_code: 'US',
    party_id: 'DUK',
    id,
    currency,
    tax_included: 'NO',
    elements: [
      {
        price_components: [
          { type: 'ENERGY', price: pricePerKwh, step_size: 1, taxes: TAXES },
          { type: 'PARKING_TIME', price: '6.00', step_size: 1, taxes: TAXES },
        ],
      },
    ],
    last_updated: '2026-01-01T00:00:00Z',
  };
}

async function cosign<D>(
  document: D,
  members: readonly Member[],
): Promise<{
  document: D;
  documentHash: string;
  signatures: { utility: string; signature: string }[];
}> {
  const signed: SignedDocument<D>[] = [];
  for (const member of members) signed.push(await member.signer('crp').sign(document));
  return {
    document,
    documentHash: signed[0]?.documentHash ?? '',
    signatures: signed.map(({ signature }, index) => ({
      utility: members[index]?.utility ?? '',
      signature,
    })),
  };
}

/** Both sign an agreement in which `visited` serves `home`; both crps know it from then on. */
export async function agree(
  visited: Member,
  home: Member,
  currency: 'USD' | 'CAD' = 'USD',
  beyondCreditBorneBy: 'home' | 'visited' = 'home',
  changes: Partial<SignedAgreement['document']> = {},
): Promise<SignedAgreement> {
  const limit = { energyKwh: '100', amount: '200.00' };
  const parties: [string, string] =
    visited.utility < home.utility
      ? [visited.utility, home.utility]
      : [home.utility, visited.utility];
  const agreement = await cosign(
    {
      type: 'agreement' as const,
      schemaVersion: 1 as const,
      agreementId: `agr-${visited.utility}-${home.utility}`,
      version: 1,
      parties,
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-01-01T00:00:00Z',
      billingPeriod: 'month' as const,
      billingTimeZone: 'America/New_York',
      paymentTermDays: 14,
      disputeWindowDays: 30,
      silenceMeans: 'acceptance' as const,
      lateCdrLimitDays: 30,
      ...changes,
      terms: [
        {
          visitedUtility: visited.utility,
          homeUtility: home.utility,
          currency,
          priceFloorPerKwh: '0.10',
          priceCapPerKwh: '0.60',
          defaultTariffs: [],
          negotiation: {
            rounds: 4,
            deadlineSeconds: 5,
            gridStepPerKwh: '0.005',
            bargained: ['ENERGY' as const],
            agreedTariffValidityHours: 24,
          },
          supplyModel: 'homeResells' as const,
          taxes: TAXES,
          commissionPercentage: '5',
          commissionTaxes: [{ name: 'Service tax', percentage: '4' }],
          rounding: 'halfUp' as const,
          fx: {
            fixedWhen: 'retailTariff' as const,
            source: 'test',
            greatestAgeHours: 24,
            spreadPercentage: '0',
            spreadBorneBy: 'driver' as const,
          },
          mandateLimits: { claimed: limit, possession: limit, knowledge: limit },
          mandateValidityHours: 24,
          offlineRule: { kind: 'deny' as const, energyKwh: '0', amount: '0', greatestAgeHours: 0 },
          beyondCreditBorneBy,
          unsignedEnergyBorneBy: 'home' as const,
          lateRevocationBorneBy: 'home' as const,
        },
      ],
    },
    [visited, home],
  );
  for (const { facts } of [visited, home]) facts.versions.set(agreement.documentHash, agreement);
  visited.facts.agreements.set(home.utility, agreement);
  home.facts.agreements.set(visited.utility, agreement);
  return agreement;
}

export interface ChargeOptions {
  readonly visited?: string;
  readonly home?: string;
  readonly stationId?: string;
  readonly transactionId?: string;
  readonly startAt?: string;
  readonly chargedAt?: string;
  readonly endAt?: string;
  readonly energyWh?: string;
  readonly currency?: 'USD' | 'CAD';
  readonly consumer?: Consumer;
  readonly moneyCap?: string;
  readonly beyondCreditBorneBy?: 'home' | 'visited';
  readonly unbilledEnergyKwh?: string;
  readonly wholesalePrice?: string;
  readonly wholesaleMinPrice?: string;
  readonly fx?: { readonly from: 'USD' | 'CAD'; readonly to: 'USD' | 'CAD'; readonly rate: string };
  readonly utcOffsets?: ChargeRecord['utcOffsets'];
  readonly flags?: readonly string[];
  readonly agreedUntil?: string;
  readonly agreedClass?: 'residential' | 'commercial';
}

export const POSTPAID: Consumer = {
  consumerId: 'consumer-1',
  cinMasked: '8400019501••••••••74',
  paymentMode: 'postPaid',
  currency: 'USD',
};

export interface BuiltCharge {
  readonly charge: ChargeRecord;
  readonly agreedTariff: SignedAgreedTariff;
}

/** A charge as the AAA of `visited` hands it over: 20.45 kWh in one hour, then 20 minutes of parking. */
export async function buildCharge(
  consortium: Consortium,
  options: ChargeOptions = {},
): Promise<BuiltCharge> {
  const visited = consortium.member(options.visited ?? VISITED);
  const home = consortium.member(options.home ?? HOME);
  const consumer = options.consumer ?? POSTPAID;
  const pseudonym = `pseudo-${consumer.consumerId}`;
  home.facts.consumers.set(pseudonym, consumer);
  const sessionId = randomUUID();
  const isDomestic = visited.utility === home.utility;
  const agreement = isDomestic ? undefined : visited.facts.agreements.get(home.utility);
  const currency = options.currency ?? 'USD';
  const validity = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-12-31T00:00:00Z' };
  const pair = { homeUtility: home.utility, visitedUtility: visited.utility };

  const agreedTariff = await cosign(
    {
      type: 'agreedTariff' as const,
      schemaVersion: 1 as const,
      agreedTariffId: 'at-1',
      version: 1,
      agreementId: agreement?.document.agreementId ?? null,
      agreementHash: agreement?.documentHash ?? null,
      negotiationId: null,
      outcome: isDomestic ? ('domestic' as const) : ('agreed' as const),
      ...pair,
      customerClass: options.agreedClass ?? ('residential' as const),
      stationClass: 'AC' as const,
      ...validity,
      notAfter: options.agreedUntil ?? validity.notAfter,
      schedule: [],
      tariff: tariffOf(
        'wholesale',
        options.wholesalePrice ?? '0.285',
        currency,
        options.wholesaleMinPrice,
      ),
    },
    isDomestic ? [visited] : [visited, home],
  );
  const bearer =
    options.beyondCreditBorneBy ?? agreement?.document.terms[0]?.beyondCreditBorneBy ?? 'home';
  const retailTariff = await home.signer('crp').sign({
    type: 'retailTariff' as const,
    schemaVersion: 1 as const,
    retailTariffId: 'rt-1',
    ...pair,
    customerClass: 'residential' as const,
    planId: 'plan-1',
    retailRule: 'planPrice' as const,
    tier: 'none' as const,
    tierDiscountPercentage: '0',
    agreedTariffHash: agreedTariff.documentHash,
    homeCurrency: consumer.currency,
    fx:
      options.fx === undefined
        ? null
        : {
            ...options.fx,
            source: 'test bank',
            at: '2026-11-01T00:00:00Z',
            notAfter: validity.notAfter,
          },
    rounding: 'halfUp' as const,
    tariff: tariffOf('retail', '0.31', currency),
    ...validity,
  });
  const mandate: SignedMandate = await home.signer('profiles').sign({
    type: 'mandate' as const,
    schemaVersion: 1 as const,
    mandateId: `m-${sessionId}`,
    ...pair,
    agreementId: agreement?.document.agreementId ?? null,
    agreementHash: agreement?.documentHash ?? null,
    pseudonym,
    assurance: 'possession' as const,
    customerClass: 'residential' as const,
    tier: 'none' as const,
    paymentMode: consumer.paymentMode,
    energyCapKwh: '100',
    moneyCap: { currency, amount: options.moneyCap ?? '200.00' },
    maxConcurrentSessions: 1,
    singleSession: consumer.paymentMode === 'prepaid',
    ...(agreement === undefined ? {} : { beyondCreditBorneBy: bearer }),
    preAgreedPrice: true,
    agreedTariffHash: agreedTariff.documentHash,
    retailTariff,
    ...validity,
  });
  return {
    agreedTariff,
    charge: await chargeUnder(visited, { mandate, agreedTariff, sessionId, pair, options }),
  };
}

async function chargeUnder(
  visited: Member,
  parts: {
    readonly mandate: SignedMandate;
    readonly agreedTariff: SignedAgreedTariff;
    readonly sessionId: string;
    readonly pair: { readonly homeUtility: string; readonly visitedUtility: string };
    readonly options: ChargeOptions;
  },
): Promise<ChargeRecord> {
  const { mandate, agreedTariff, sessionId, pair, options } = parts;
  const startAt = options.startAt ?? '2026-11-10T14:00:00Z';
  const chargedAt = options.chargedAt ?? '2026-11-10T15:00:00Z';
  const endAt = options.endAt ?? '2026-11-10T15:20:00Z';
  const stationId = options.stationId ?? 'DUKE-CLT-001';
  const energyWh = options.energyWh ?? '20450';
  const stopWh = String(1000n + BigInt(energyWh));
  const { retailTariff, moneyCap } = mandate.document;
  const quote = await visited.signer('aaa').sign({
    type: 'quote' as const,
    schemaVersion: 1 as const,
    quoteId: randomUUID(),
    sessionId,
    stationId,
    connectorId: 1,
    ...pair,
    mandateId: mandate.document.mandateId,
    mandateHash: mandate.documentHash,
    agreedTariffHash: agreedTariff.documentHash,
    retailTariffHash: retailTariff.documentHash,
    currency: moneyCap.currency,
    tariff: retailTariff.document.tariff,
    pricePerKwh: '0.31',
    tier: 'none' as const,
    tierDiscountPercentage: '0',
    estimate: { energyKwh: '20.000', totalExclTax: '6.20', tax: '0.45', totalInclTax: '6.65' },
    estimateHome: null,
    issuedAt: startAt,
    validUntil: endAt,
  });
  const consent = await visited.signer('aaa').sign({
    type: 'consent' as const,
    schemaVersion: 1 as const,
    sessionId,
    quoteId: quote.document.quoteId,
    quoteHash: quote.documentHash,
    channel: 'station' as const,
    at: startAt,
  });
  return {
    sessionId,
    transactionId: options.transactionId ?? `tx-${sessionId.slice(0, 8)}`,
    ...pair,
    pseudonym: mandate.document.pseudonym,
    authorizedBy: 'home',
    customerClass: 'residential',
    stationClass: 'AC',
    stationId,
    connectorId: 1,
    stationRecordHash: 'a'.repeat(64),
    evsePowerW: '22000',
    provider: 'queen-city-parking',
    providerSharePercentage: '20',
    mandate,
    agreedTariffHash: agreedTariff.documentHash,
    quote,
    consent,
    startAt,
    endAt,
    stopReason: 'driver',
    meter: { startWh: '1000', stopWh, meterSerial: 'M-1', signedData: null },
    periods: [
      {
        startAt,
        endAt: chargedAt,
        startWh: '1000',
        endWh: stopWh,
        energyWh,
        activity: 'charging',
      },
      {
        startAt: chargedAt,
        endAt,
        startWh: stopWh,
        endWh: stopWh,
        energyWh: '0',
        activity: 'parking',
      },
    ],
    timeZone: 'America/New_York',
    timeZoneVersion: process.versions['tz'] ?? 'unknown',
    utcOffsets: options.utcOffsets ?? [{ from: startAt, offsetSeconds: -18_000 }],
    unbilledEnergyKwh: options.unbilledEnergyKwh ?? '0.000',
    flags: [...(options.flags ?? [])],
  };
}
