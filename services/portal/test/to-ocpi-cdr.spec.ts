import type { CdrDocument } from '@roamgrid/contracts';
import { describe, expect, it } from '@jest/globals';
import { parseDecimal, parseEnergyWh, parseInstant } from '@roamgrid/kernel';
import { rate, ratingToDocument, type MeteredPeriod, type RatingInput } from '@roamgrid/rating';
import { fromOcpi221, parseTariff } from '@roamgrid/tariff';
import { parse } from 'lossless-json';
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

  it('says where, as the record of the station does', () => {
    const location = {
      address: '1 Test Street',
      city: 'Charlotte',
      postalCode: '28202',
      country: 'USA',
      coordinates: { latitude: '35.22709', longitude: '-80.84313' },
    };
    const plug = {
      standard: 'IEC_62196_T2' as const,
      format: 'SOCKET' as const,
      powerType: 'AC_3_PHASE' as const,
    };
    const parties = { visited, home: { ...visited, contractProviders: ['USALA'] } };
    expect(toOcpiCdr({ ...cdr, location, plug }, parties)['cdr_location']).toEqual({
      id: 'DUKE-CLT-001',
      address: '1 Test Street',
      city: 'Charlotte',
      postal_code: '28202',
      country: 'USA',
      coordinates: { latitude: '35.22709', longitude: '-80.84313' },
      evse_uid: 'DUKE-CLT-001*2',
      evse_id: 'US*DUK*EDUKECLT001*2',
      connector_id: '2',
      connector_standard: 'IEC_62196_T2',
      connector_format: 'SOCKET',
      connector_power_type: 'AC_3_PHASE',
    });
    expect(ocpi['cdr_location']).toMatchObject({ country: 'USA', connector_id: '2' });
    expect(ocpi['cdr_location']).not.toHaveProperty('address');
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

const NEW_YORK = [{ from: '2026-11-01T06:00:00Z', offsetSeconds: -18_000 }];
const OFFSETS = NEW_YORK.map(({ from, offsetSeconds }) => ({
  from: parseInstant(from),
  offsetSeconds,
}));

type Period = CdrDocument['periods'][number];

const periodOf = (text: string): Period => {
  const [startAt = '', endAt = '', energyWh = '', activity] = text.split(' ');
  return { startAt, endAt, startWh: '0', endWh: '0', energyWh, activity } as Period;
};

const elementOf = (text: string) => {
  const [components = '', restrictions = '{}'] = text.split(' | ');
  return {
    price_components: components.split(', ').map((component) => {
      const [type, price, step = '1'] = component.split(' ');
      return { type, price, step_size: Number(step), vat: '7.25' };
    }),
    restrictions: JSON.parse(restrictions) as unknown,
  };
};

/** A CDR as settlement rates it: cut at the tariff's boundaries. */
function rated(elements: readonly string[], periods: readonly string[]): CdrDocument {
  const tariff = { ...cdr.tariff, elements: elements.map(elementOf) };
  const metered = periods.map(periodOf);
  const rating = rate({
    tariff: parseTariff(tariff),
    periods: metered.map(({ startAt, endAt, energyWh, activity }) => ({
      startMs: parseInstant(startAt),
      endMs: parseInstant(endAt),
      energyMilliWh: parseEnergyWh(energyWh),
      activity,
    })),
    utcOffsets: OFFSETS,
    rounding: 'halfUp',
    boundaries: 'splitAtTariffBoundaries',
  });
  const { startAt = '' } = metered[0] ?? {};
  const { endAt = '' } = metered.at(-1) ?? {};
  const document = { ...cdr, ...ratingToDocument(rating), tariff, periods: metered };
  return { ...document, startAt, endAt } as unknown as CdrDocument;
}

interface OcpiCdr {
  readonly tariffs: readonly unknown[];
  readonly end_date_time: string;
  readonly charging_periods: readonly {
    readonly start_date_time: string;
    readonly dimensions: readonly { readonly type: string; readonly volume: number }[];
  }[];
}

/** Prices an OCPI CDR as anyone would who has nothing else. */
function priceAsGiven(ocpi: OcpiCdr) {
  const { charging_periods: periods } = ocpi;
  const input: RatingInput = {
    tariff: parseTariff(fromOcpi221(parse(JSON.stringify(ocpi.tariffs[0])))),
    periods: periods.map(({ start_date_time, dimensions }, index): MeteredPeriod => {
      const volumeOf = (type: string): number | undefined =>
        dimensions.find((one) => one.type === type)?.volume;
      const [least, greatest] = [volumeOf('MIN_POWER'), volumeOf('MAX_POWER')];
      const milli = (kilo: number): bigint => parseDecimal(String(kilo), 6);
      return {
        startMs: parseInstant(start_date_time),
        endMs: parseInstant(periods[index + 1]?.start_date_time ?? ocpi.end_date_time),
        energyMilliWh: milli(volumeOf('ENERGY') ?? 0),
        activity: 'charging',
        volumes: {
          chargingSeconds: Math.round((volumeOf('TIME') ?? 0) * 3600),
          parkingSeconds: Math.round((volumeOf('PARKING_TIME') ?? 0) * 3600),
        },
        ...(least === undefined ? {} : { minPowerMilliW: milli(least) }),
        ...(greatest === undefined ? {} : { maxPowerMilliW: milli(greatest) }),
      };
    }),
    utcOffsets: OFFSETS,
    rounding: 'halfUp',
    boundaries: 'asGiven',
  };
  return ratingToDocument(rate(input));
}

describe('an OCPI CDR priced anew by its charging periods', () => {
  const night = '{"start_time":"22:00","end_time":"07:00"}';
  const overNight = [
    '2026-11-20T02:17:13Z 2026-11-20T11:41:09.500Z 61234.567 charging',
    '2026-11-20T11:41:09.500Z 2026-11-20T12:23:31Z 0 parking',
  ];

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'over 22:00 and 07:00, its parking too',
      [
        `ENERGY 0.1131, PARKING_TIME 1.10 60 | ${night}`,
        'ENERGY 0.3117, PARKING_TIME 4.70 60, FLAT 0.75',
      ],
      overNight,
    ],
    [
      'with energy and time that turn at different times',
      [
        `ENERGY 0.1131 | ${night}`,
        'TIME 2.41 | {"max_duration":10007}',
        'ENERGY 0.3117, TIME 0.97',
      ],
      overNight,
    ],
    [
      'with energy free at night',
      ['ENERGY 0.4567 | {"start_time":"07:00","end_time":"22:00"}', 'TIME 1.23'],
      overNight,
    ],
    [
      'with a threshold of energy',
      ['ENERGY 0.1999 | {"max_kwh":"11.1"}', 'ENERGY 0.4567'],
      overNight,
    ],
    [
      'with the first kWh free at a fast charger',
      ['ENERGY 0.4567 | {"min_kwh":"10.000001"}'],
      ['2026-11-20T11:41:09.123Z 2026-11-20T12:20:31.777Z 98765.432 charging'],
    ],
    [
      'with a price by power',
      ['ENERGY 0.6111 | {"min_power":"50"}', 'ENERGY 0.3117', 'PARKING_TIME 3.00'],
      [
        '2026-11-20T11:00:00Z 2026-11-20T11:20:00Z 30000 charging',
        '2026-11-20T11:20:00Z 2026-11-20T12:20:00Z 20000 charging',
        '2026-11-20T12:20:00Z 2026-11-20T12:40:00Z 0 parking',
      ],
    ],
  ])('%s costs what the record says', (_name, elements, periods) => {
    const record = rated(elements, periods);
    const home = { ...visited, contractProviders: ['USALA'] };
    const ocpi = toOcpiCdr(record, { visited, home }) as unknown as OcpiCdr;
    const { totalExclTax, tax, totalInclTax, lines } = priceAsGiven(ocpi);
    expect({ totalExclTax, tax, totalInclTax }).toEqual({
      totalExclTax: record.totalExclTax,
      tax: record.tax,
      totalInclTax: record.totalInclTax,
    });
    expect(lines.map(({ quantity, amount }) => [quantity, amount])).toEqual(
      record.lines.map(({ quantity, amount }) => [quantity, amount]),
    );
  });

  it('cuts a charge where its price changes, and nowhere else', () => {
    const record = rated(
      [`ENERGY 0.10 | ${night}`, 'ENERGY 0.30'],
      ['2026-11-20T11:00:00Z 2026-11-20T13:00:00Z 10000 charging'],
    );
    expect(toOcpiCdr(record, { visited, home: visited })['charging_periods']).toMatchObject([
      { start_date_time: '2026-11-20T11:00:00Z', dimensions: [{ volume: 5 }, { volume: 1 }] },
      { start_date_time: '2026-11-20T12:00:00Z', dimensions: [{ volume: 5 }, { volume: 1 }] },
    ]);
  });
});
