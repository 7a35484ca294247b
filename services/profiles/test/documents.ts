import type {
  AgreedTariffDocument,
  AgreementTerms,
  ConsumerView,
  FxRate,
  RetailTariffDocument,
  SignedAgreedTariff,
  SignedAgreement,
  SignedRetailTariff,
} from '@roamgrid/contracts';
import type { Signer } from '@roamgrid/platform';
import type { TariffDocument } from '@roamgrid/tariff';

export const HOME = 'alabama-power';
export const VISITED = 'duke-energy';
export const ABROAD = 'northern-hydro';

export const SETTINGS: ConsumerView['settings'] = {
  customerClass: 'residential',
  planId: 'standard',
  tier: 'Gold',
  paymentMode: 'postPaid',
  currency: 'USD',
  limitEnergyKwh: '200',
  limitAmount: '100.00',
  maxConcurrentSessions: 1,
  preAgreedPrice: true,
};

const PRICES: TariffDocument = {
  country_code: 'US',
  party_id: 'ALA',
  id: 'retail-ac',
  currency: 'USD',
  elements: [{ price_components: [{ type: 'ENERGY', price: '0.40', step_size: 1 }] }],
  last_updated: '2026-01-01T00:00:00Z',
};

export const PERIOD = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-12-31T00:00:00Z' };

export const limit = (energyKwh: string, amount: string) => ({ energyKwh, amount });

/** Only what profiles reads of the terms. */
export function termsAt(
  visitedUtility: string,
  changes: Partial<AgreementTerms> = {},
): AgreementTerms {
  return {
    visitedUtility,
    homeUtility: HOME,
    currency: 'USD',
    mandateLimits: {
      claimed: limit('50', '20.00'),
      possession: limit('100', '40.00'),
      knowledge: limit('150', '60.00'),
    },
    mandateValidityHours: 24,
    offlineRule: { kind: 'deny', energyKwh: '0', amount: '0.00', greatestAgeHours: 0 },
    beyondCreditBorneBy: 'home',
    ...changes,
  } as AgreementTerms;
}

export function agreementWith(...terms: AgreementTerms[]): SignedAgreement {
  const document = {
    agreementId: 'ag-1',
    terms,
  } as unknown as SignedAgreement['document'];
  return { document, documentHash: 'a'.repeat(64), signatures: [] };
}

export async function agreedTariffOf(
  signers: Readonly<Record<string, Signer>>,
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
    tariff: PRICES,
    ...PERIOD,
    ...changes,
  };
  const signatures = [];
  let documentHash = '';
  for (const [utility, signer] of Object.entries(signers)) {
    const signed = await signer.sign(document);
    documentHash = signed.documentHash;
    signatures.push({ utility, signature: signed.signature });
  }
  return { document, documentHash, signatures };
}

export async function retailTariffOf(
  signer: Signer,
  agreed: SignedAgreedTariff,
  changes: Partial<RetailTariffDocument> = {},
): Promise<SignedRetailTariff> {
  return signer.sign<RetailTariffDocument>({
    type: 'retailTariff',
    schemaVersion: 1,
    retailTariffId: 'rt-1',
    homeUtility: HOME,
    visitedUtility: agreed.document.visitedUtility,
    customerClass: 'residential',
    planId: 'standard',
    retailRule: 'planPrice',
    tier: 'Gold',
    tierDiscountPercentage: '5',
    agreedTariffHash: agreed.documentHash,
    homeCurrency: 'USD',
    fx: null,
    rounding: 'halfUp',
    tariff: PRICES,
    ...PERIOD,
    ...changes,
  });
}

export function fxRate(from: FxRate['from'], to: FxRate['to'], rate: string): FxRate {
  return {
    from,
    to,
    rate,
    source: 'demonstration',
    at: PERIOD.notBefore,
    notAfter: PERIOD.notAfter,
  };
}
