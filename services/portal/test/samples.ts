import type { ConsumerView, InvoiceView, TariffView } from '@roamgrid/contracts';
import { UTILITY } from './portal-under-test.js';

/** What stand-in services answer, and what is posted. */
export const ID = '019abcde-0000-7000-8000-000000000001';
export const HASH = 'a'.repeat(64);
export const PERIOD = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

export const tariff: TariffView['document'] = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'T1',
  currency: 'USD',
  elements: [{ price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }] }],
  last_updated: '2026-11-01T00:00:00Z',
};
export const tariffView = (state: 'draft' | 'published'): TariffView => ({
  tariffId: 't1',
  version: 1,
  state,
  customerClass: 'residential',
  stationClass: 'AC',
  purpose: 'wholesale',
  author: 'a',
  editors: [],
  publisher: null,
  publishedAt: null,
  documentHash: HASH,
  document: tariff,
});

export const invoiceView: InvoiceView = {
  invoiceId: ID,
  direction: 'issued',
  partner: 'alabama-power',
  state: 'issued',
  invoice: {
    document: {
      type: 'invoice',
      schemaVersion: 1,
      invoiceId: ID,
      number: 'D-1',
      visitedUtility: UTILITY,
      homeUtility: 'alabama-power',
      agreementId: 'a1',
      agreementHash: HASH,
      currency: 'USD',
      ...PERIOD,
      timeZone: 'America/New_York',
      lineCount: 1,
      sequenceFrom: 1,
      sequenceTo: 1,
      excluded: [],
      merkleRoot: HASH,
      energyKwh: '1.000',
      taxes: [],
      totalExclTax: '1.00',
      tax: '0.00',
      totalInclTax: '1.00',
      commission: '0.00',
      commissionTax: '0.00',
      payable: '1.00',
      reissueOf: null,
      issuedAt: PERIOD.to,
      dueDate: PERIOD.to,
    },
    documentHash: HASH,
    signature: 'x..y',
  },
  disputed: '0.00',
  undisputed: '0.00',
  ledger: { state: 'pending', businessKey: HASH, txId: null, blockNumber: null },
  availableActions: ['credit' as const],
};

export const closedPeriod = { ...invoiceView, alsoIssued: [] };

export const consumerView: ConsumerView = {
  consumerId: 'c1',
  cinMasked: '8400541601••••••••17',
  state: 'active',
  hasPin: true,
  contractId: null,
  cardUids: 0,
  settings: {
    customerClass: 'residential',
    planId: 'home',
    tier: 'none',
    paymentMode: 'postPaid',
    currency: 'USD',
    limitEnergyKwh: '100',
    limitAmount: '200.00',
    maxConcurrentSessions: 1,
    preAgreedPrice: false,
  },
  createdAt: PERIOD.from,
};

export const station = {
  stationId: 'DUKE-NEW-009',
  provider: 'queen-city-parking',
  providerSharePercentage: 10,
  place: 'Charlotte NC',
  timeZone: 'America/New_York',
  stationClass: 'AC',
  taxes: [],
  evses: [{ connectorId: 1, powerW: 22000, currentType: 'AC', meterSerial: null }],
};
