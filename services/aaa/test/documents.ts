import type {
  AgreedTariffDocument,
  AgreementTerms,
  MandateDocument,
  RetailTariffDocument,
  SignedAgreedTariff,
  SignedMandate,
} from '@roamgrid/contracts';
import type { Signer } from '@roamgrid/platform';
import type { TariffDocument } from '@roamgrid/tariff';

export const VISITED = 'duke-energy';
export const HOME = 'alabama-power';

/** 0.40 a kWh, 2.00 an hour of parking, 5 % tax. */
export function retailPrices(changes: Partial<TariffDocument> = {}): TariffDocument {
  const taxes = [{ name: 'State', percentage: '5' }];
  return {
    country_code: 'US',
    party_id: 'ALA',
    id: 'retail-ac',
    currency: 'USD',
    elements: [
      {
        price_components: [
          { type: 'ENERGY', price: '0.40', step_size: 1, taxes },
          { type: 'PARKING_TIME', price: '2.00', step_size: 1, taxes },
        ],
      },
    ],
    last_updated: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

export interface Signers {
  readonly homeCrp: Signer;
  readonly visitedCrp: Signer;
  readonly homeProfiles: Signer;
}

const PERIOD = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-12-31T00:00:00Z' };

export async function agreedTariff(
  signers: Signers,
  changes: Partial<AgreedTariffDocument> = {},
): Promise<SignedAgreedTariff> {
  const document: AgreedTariffDocument = {
    type: 'agreedTariff',
    schemaVersion: 1,
    agreedTariffId: 'at-1',
    version: 1,
    agreementId: 'ag-1',
    agreementHash: 'a'.repeat(64),
    negotiationId: 'n-1',
    outcome: 'agreed',
    homeUtility: HOME,
    visitedUtility: VISITED,
    customerClass: 'residential',
    stationClass: 'AC',
    schedule: [],
    tariff: retailPrices({ id: 'wholesale' }),
    ...PERIOD,
    ...changes,
  };
  const visited = await signers.visitedCrp.sign(document);
  const home = await signers.homeCrp.sign(document);
  return {
    document,
    documentHash: home.documentHash,
    signatures: [
      { utility: VISITED, signature: visited.signature },
      { utility: HOME, signature: home.signature },
    ],
  };
}

export interface MandateWish {
  readonly mandate?: Partial<MandateDocument>;
  readonly tariff?: Partial<TariffDocument>;
}

export async function mandateUnder(
  signers: Signers,
  agreed: SignedAgreedTariff,
  wish: MandateWish = {},
): Promise<SignedMandate> {
  const retail: RetailTariffDocument = {
    type: 'retailTariff',
    schemaVersion: 1,
    retailTariffId: 'rt-1',
    homeUtility: HOME,
    visitedUtility: VISITED,
    customerClass: 'residential',
    planId: 'standard',
    retailRule: 'planPrice',
    tier: 'Gold',
    tierDiscountPercentage: '5',
    agreedTariffHash: agreed.documentHash,
    homeCurrency: 'USD',
    fx: null,
    rounding: 'halfUp',
    tariff: retailPrices(wish.tariff),
    ...PERIOD,
  };
  const document: MandateDocument = {
    type: 'mandate',
    schemaVersion: 1,
    mandateId: 'mandate-1',
    homeUtility: HOME,
    visitedUtility: VISITED,
    agreementId: 'ag-1',
    agreementHash: 'a'.repeat(64),
    pseudonym: 'ps-1',
    assurance: 'claimed',
    customerClass: 'residential',
    tier: 'Gold',
    paymentMode: 'postPaid',
    energyCapKwh: '100',
    moneyCap: { currency: 'USD', amount: '50.00' },
    maxConcurrentSessions: 1,
    singleSession: false,
    preAgreedPrice: true,
    agreedTariffHash: agreed.documentHash,
    retailTariff: await signers.homeCrp.sign(retail),
    ...PERIOD,
    ...wish.mandate,
  };
  return signers.homeProfiles.sign(document);
}

/** The part of an agreement that AAA asks for: that there is one. */
export const SOME_TERMS = { visitedUtility: VISITED, homeUtility: HOME } as AgreementTerms;
