import {
  draftPolicy,
  draftTariff,
  proposeAgreement,
  publishPolicy,
  publishTariff,
  signAgreement,
  type AgreementDocument,
  type AgreementTerms,
  type CustomerClass,
  type PolicyView,
  type RequestInput,
  type RetailPlan,
  type SignedAgreement,
  type StationClass,
  type TariffView,
} from '@roamgrid/contracts';
import type { NegotiationPolicy } from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';
import { HOME, VISITED, type Consortium } from './two-utilities.js';

/** 0.30 by day and 0.20 by night, plus parking. */
export function wholesaleTariff(changes: Partial<TariffDocument> = {}): TariffDocument {
  const taxes = [
    { name: 'State', percentage: '4.75' },
    { name: 'County', percentage: '2.5' },
  ];
  return {
    country_code: 'US',
    party_id: 'DUK',
    id: 'wholesale-ac',
    currency: 'USD',
    elements: [
      {
        price_components: [{ type: 'ENERGY', price: '0.20', step_size: 1, taxes }],
        restrictions: { start_time: '22:00', end_time: '06:00' },
      },
      { price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1, taxes }] },
      { price_components: [{ type: 'PARKING_TIME', price: '2.00', step_size: 300, taxes }] },
    ],
    last_updated: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

export async function publish(
  consortium: Consortium,
  utility: typeof HOME | typeof VISITED | 'northern-hydro',
  changes: {
    readonly document?: TariffDocument;
    readonly purpose?: TariffView['purpose'];
    readonly customerClass?: CustomerClass;
    readonly stationClass?: StationClass;
  } = {},
): Promise<TariffView> {
  const draft = await consortium.ask(draftTariff, utility, {
    tariffId: null,
    customerClass: changes.customerClass ?? 'residential',
    stationClass: changes.stationClass ?? 'AC',
    purpose: changes.purpose ?? 'wholesale',
    document: changes.document ?? wholesaleTariff(),
    author: 'author',
  });
  return consortium.ask(publishTariff, utility, {
    tariffId: draft.tariffId,
    version: draft.version,
    publisher: 'approver',
  });
}

/** Drafted by one person, put in force by another. */
export async function setPolicy(
  consortium: Consortium,
  policy: NegotiationPolicy,
): Promise<PolicyView> {
  const utility = policy.side === 'home' ? HOME : VISITED;
  const { policyId, version } = await consortium.ask(draftPolicy, utility, {
    side: policy.side,
    customerClass: 'residential',
    stationClass: 'AC',
    reviewDate: '2027-01-01',
    policy: policy,
    author: 'author',
  });
  return consortium.ask(publishPolicy, utility, { policyId, version, publisher: 'approver' });
}

export function termsOf(
  defaults: readonly TariffView[],
  changes: Partial<AgreementTerms> = {},
): AgreementTerms {
  const limit = { energyKwh: '100', amount: '50.00' };
  return {
    visitedUtility: VISITED,
    homeUtility: HOME,
    currency: 'USD',
    priceFloorPerKwh: '0.10',
    priceCapPerKwh: '0.45',
    defaultTariffs: defaults.map((view) => ({
      customerClass: view.customerClass,
      stationClass: view.stationClass,
      tariff: { tariffId: view.tariffId, version: view.version, hash: view.documentHash },
    })),
    negotiation: {
      rounds: 10,
      deadlineSeconds: 5,
      gridStepPerKwh: '0.005',
      bargained: ['ENERGY'],
      agreedTariffValidityHours: 24,
    },
    supplyModel: 'homeResells',
    taxes: [],
    commissionPercentage: '5',
    commissionTaxes: [],
    rounding: 'halfUp',
    fx: {
      fixedWhen: 'retailTariff',
      source: 'demonstration',
      greatestAgeHours: 48,
      spreadPercentage: '0.5',
      spreadBorneBy: 'driver',
    },
    mandateLimits: { claimed: limit, possession: limit, knowledge: limit },
    mandateValidityHours: 24,
    offlineRule: { kind: 'deny', energyKwh: '0', amount: '0.00', greatestAgeHours: 0 },
    beyondCreditBorneBy: 'home',
    unsignedEnergyBorneBy: 'visited',
    lateRevocationBorneBy: 'home',
    ...changes,
  };
}

export function agreementOf(
  terms: AgreementDocument['terms'],
  changes: Partial<AgreementDocument> = {},
): AgreementDocument {
  return {
    type: 'agreement',
    schemaVersion: 1,
    agreementId: 'ala-duk',
    version: 1,
    parties: [HOME, VISITED],
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    billingPeriod: 'month',
    billingTimeZone: 'America/New_York',
    paymentTermDays: 30,
    disputeWindowDays: 30,
    silenceMeans: 'acceptance',
    lateCdrLimitDays: 60,
    terms,
    ...changes,
  };
}

/** Proposed by the visited utility, signed by home. */
export async function propose(
  consortium: Consortium,
  document: RequestInput<typeof proposeAgreement>['document'],
): Promise<SignedAgreement> {
  const proposed = await consortium.ask(proposeAgreement, VISITED, { document, by: 'manager' });
  const { agreementId } = document;
  const isWaiting = proposed.versions[0]?.state === 'proposed';
  const view = isWaiting
    ? await consortium.ask(signAgreement, HOME, { agreementId, by: 'manager' })
    : proposed;
  return {
    document: view.document,
    documentHash: view.documentHash,
    signatures: view.signatures,
  };
}

export function planWith(changes: Partial<RetailPlan> = {}): RetailPlan {
  return {
    planId: 'home-plus',
    customerClass: 'residential',
    retailRule: 'planPrice',
    roamingPrices: [{ currency: 'USD', pricePerKwh: '0.39' }],
    wholesalePlus: { percentage: '10', perKwh: '0.01' },
    tierDiscounts: { Gold: '5', Diamond: '7.5', Platinum: '10' },
    discountedComponents: ['ENERGY'],
    greatestPrices: [],
    negativeMargin: 'refused',
    ...changes,
  };
}
