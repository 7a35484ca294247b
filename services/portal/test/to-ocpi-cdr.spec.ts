import type { CdrDocument } from '@roamgrid/contracts';
import { describe, expect, it } from '@jest/globals';
import { toOcpiCdr } from '../src/ocpi/to-ocpi-cdr.js';

const visited = {
  utility: 'duke-energy',
  name: 'Duke Energy',
  cinPrefixes: [],
  contractProviders: ['USDUK'],
  currency: 'USD' as const,
  timeZone: 'America/New_York',
  keys: [],
};

const cdr = {
  cdrId: '019abcde-0000-7000-8000-000000000007',
  sessionId: '019abcde-0000-7000-8000-000000000001',
  pseudonym: 'p-1',
  authorizedBy: 'home',
  stationClass: 'AC',
  stationId: 'DUKE-CLT-001',
  connectorId: 2,
  startAt: '2026-11-21T10:00:00Z',
  endAt: '2026-11-21T10:50:00Z',
  issuedAt: '2026-11-21T10:51:00Z',
  meter: { meterSerial: 'M1' },
  currency: 'USD',
  tariff: {
    country_code: 'US',
    party_id: 'DUK',
    id: 'T1',
    currency: 'USD',
    elements: [{ price_components: [{ type: 'ENERGY', price: '0.30', step_size: 1 }] }],
    last_updated: '2026-11-01T00:00:00Z',
  },
  periods: [
    {
      startAt: '2026-11-21T10:00:00Z',
      endAt: '2026-11-21T10:40:00Z',
      startWh: '1000',
      endWh: '8333.333',
      energyWh: '7333.333',
      activity: 'charging',
    },
    {
      startAt: '2026-11-21T10:40:00Z',
      endAt: '2026-11-21T10:50:00Z',
      startWh: '8333.333',
      endWh: '8333.333',
      energyWh: '0',
      activity: 'parking',
    },
  ],
  lines: [
    { component: 'ENERGY', amount: '2.20' },
    { component: 'ENERGY', amount: '0.01' },
    { component: 'PARKING_TIME', amount: '0.50' },
  ],
  totalExclTax: '2.71',
  totalInclTax: '2.90',
  energyKwh: '7.333333',
} as unknown as CdrDocument;

describe('a CDR as OCPI 2.2.1', () => {
  const ocpi = toOcpiCdr(cdr, { visited, home: { ...visited, contractProviders: ['USALA'] } });

  it('names the driver by the pseudonym and the parties by their OCPI ids', () => {
    expect(ocpi).toMatchObject({
      country_code: 'US',
      party_id: 'DUK',
      id: cdr.cdrId,
      session_id: cdr.sessionId,
      cdr_token: { country_code: 'US', party_id: 'ALA', uid: 'p-1', contract_id: 'p-1' },
      auth_method: 'AUTH_REQUEST',
      meter_id: 'M1',
    });
  });

  it('carries its tariff and its figures as the numbers that the document prints', () => {
    expect(ocpi).toMatchObject({
      tariffs: [{ id: 'T1', elements: [{ price_components: [{ price: 0.3 }] }] }],
      total_cost: { excl_vat: 2.71, incl_vat: 2.9 },
      total_energy_cost: { excl_vat: 2.21 },
      total_parking_cost: { excl_vat: 0.5 },
      total_energy: 7.333333,
      total_time: 0.833333,
      total_parking_time: 0.166667,
    });
    expect(ocpi).not.toHaveProperty('total_time_cost');
  });

  it('has a charging period for every metered one; parking takes no energy', () => {
    expect(ocpi['charging_periods']).toEqual([
      {
        start_date_time: '2026-11-21T10:00:00Z',
        tariff_id: 'T1',
        dimensions: [
          { type: 'ENERGY', volume: 7.333333 },
          { type: 'TIME', volume: 0.666667 },
        ],
      },
      {
        start_date_time: '2026-11-21T10:40:00Z',
        tariff_id: 'T1',
        dimensions: [{ type: 'PARKING_TIME', volume: 0.166667 }],
      },
    ]);
  });
});
