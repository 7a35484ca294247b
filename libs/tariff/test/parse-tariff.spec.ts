import { describe, expect, it } from '@jest/globals';
import { RoamgridError } from '@roamgrid/kernel';
import { isTariffValidAt, parseTariff } from '../src/index.js';

const component = { type: 'ENERGY', price: '0.25', step_size: 1 };
const base = {
  country_code: 'US',
  party_id: 'DUK',
  id: 'T1',
  currency: 'USD',
  elements: [{ price_components: [component] }],
  last_updated: '2026-01-01T00:00:00Z',
};
const withComponent = (change: object): object => ({
  ...base,
  elements: [{ price_components: [{ ...component, ...change }] }],
});
const withRestrictions = (restrictions: object): object => ({
  ...base,
  elements: [{ price_components: [component], restrictions }],
});

function findings(json: unknown): readonly { path: string; message: string }[] {
  try {
    parseTariff(json);
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'invalid_tariff') return error.fields;
    throw error;
  }
  return [];
}

const at = 'elements.0.price_components.0';
const when = 'elements.0.restrictions';

describe('a tariff is refused', () => {
  it.each([
    ['negative price', withComponent({ price: '-0.25' }), `${at}.price`],
    ['seven decimals', withComponent({ price: '0.2500001' }), `${at}.price`],
    ['price above a million', withComponent({ price: '1000000.01' }), `${at}.price`],
    ['a float', withComponent({ price: 0.25 }), `${at}.price`],
    ['an exponent', withComponent({ price: '1e3' }), `${at}.price`],
    ['no step', withComponent({ step_size: 0 }), `${at}.step_size`],
    ['negative step', withComponent({ step_size: -1 }), `${at}.step_size`],
    ['unknown dimension', withComponent({ type: 'SESSION' }), `${at}.type`],
    ['negative tax', withComponent({ vat: '-1' }), `${at}.vat`],
    ['vat beside taxes', withComponent({ vat: '1', taxes: [] }), `${at}.taxes`],
    [
      'bad tax',
      withComponent({ taxes: [{ name: 'x', percentage: '1001' }] }),
      `${at}.taxes.0.percentage`,
    ],
    ['no elements', { ...base, elements: [] }, 'elements'],
    [
      'no components',
      { ...base, elements: [{ price_components: [] }] },
      'elements.0.price_components',
    ],
    [
      'a type twice',
      { ...base, elements: [{ price_components: [component, component] }] },
      'elements.0.price_components.1.type',
    ],
    ['25 o’clock', withRestrictions({ start_time: '25:00' }), `${when}.start_time`],
    ['24:00', withRestrictions({ end_time: '24:00' }), `${when}.end_time`],
    [
      'an empty span of the day',
      withRestrictions({ start_time: '09:00', end_time: '09:00' }),
      `${when}.end_time`,
    ],
    ['30 February', withRestrictions({ start_date: '2026-02-30' }), `${when}.start_date`],
    [
      'dates reversed',
      withRestrictions({ start_date: '2026-02-03', end_date: '2026-02-03' }),
      `${when}.end_date`,
    ],
    ['kWh reversed', withRestrictions({ min_kwh: '10', max_kwh: '10' }), `${when}.max_kwh`],
    [
      'current reversed',
      withRestrictions({ min_current: '32', max_current: '16' }),
      `${when}.max_current`,
    ],
    ['power reversed', withRestrictions({ min_power: '32', max_power: '16' }), `${when}.max_power`],
    [
      'duration reversed',
      withRestrictions({ min_duration: 60, max_duration: 60 }),
      `${when}.max_duration`,
    ],
    ['negative duration', withRestrictions({ min_duration: -1 }), `${when}.min_duration`],
    ['unknown day', withRestrictions({ day_of_week: ['MON'] }), `${when}.day_of_week.0`],
    ['energy of a reservation', withRestrictions({ reservation: 'RESERVATION' }), `${at}.type`],
    ['unknown restriction', withRestrictions({ min_soc: 1 }), when],
    ['unknown member', { ...base, colour: 'green' }, ''],
    ['unknown currency', { ...base, currency: 'XXX' }, 'currency'],
    ['prices with tax', { ...base, tax_included: 'YES' }, 'tax_included'],
    [
      'taxes that do not apply',
      { ...withComponent({ vat: '5' }), tax_included: 'N/A' },
      'tax_included',
    ],
    [
      'limits reversed',
      { ...base, min_price: { excl_vat: '2' }, max_price: { excl_vat: '1' } },
      'max_price',
    ],
    [
      'limits with tax reversed',
      {
        ...base,
        min_price: { excl_vat: '1', incl_vat: '3' },
        max_price: { excl_vat: '2', incl_vat: '2' },
      },
      'max_price',
    ],
    [
      'limit below itself',
      { ...base, min_price: { excl_vat: '2', incl_vat: '1' } },
      'min_price.incl_vat',
    ],
    [
      'validity reversed',
      { ...base, start_date_time: '2026-02-01T00:00:00Z', end_date_time: '2026-02-01T00:00:00Z' },
      'end_date_time',
    ],
    ['no such instant', { ...base, start_date_time: '2026-02-30T00:00:00Z' }, 'start_date_time'],
    ['no JSON object', null, ''],
  ])('%s', (_name, json, path) => {
    expect(findings(json).map((finding) => finding.path)).toContain(path);
  });

  it('with everything that is wrong at once', () => {
    const paths = findings({
      ...withComponent({ price: '-1', step_size: 0 }),
      currency: 'XXX',
    }).map((finding) => finding.path);
    expect(paths).toEqual(['currency', `${at}.price`, `${at}.step_size`]);
  });
});

describe('a tariff is compiled', () => {
  it('into integers', () => {
    const tariff = parseTariff({
      ...base,
      min_price: { excl_vat: 1, incl_vat: '1.10' },
      elements: [
        {
          price_components: [
            { type: 'ENERGY', price: '0.285', step_size: 100, vat: '7.25' },
            { type: 'FLAT', price: 1, step_size: 0 },
          ],
          restrictions: {
            start_time: '22:00',
            end_time: '00:00',
            start_date: '1970-01-02',
            min_kwh: '0.5',
            max_current: '16.5',
            min_power: '3.7',
            max_duration: 3600,
            day_of_week: ['SUNDAY', 'MONDAY'],
          },
        },
        { price_components: [{ type: 'TIME', price: '2', step_size: 60 }] },
      ],
    });
    expect(
      tariff.components.map(({ index, elementIndex, priceMicros, step }) => [
        index,
        elementIndex,
        priceMicros,
        step,
      ]),
    ).toEqual([
      [0, 0, 285_000n, 100_000n],
      [1, 0, 1_000_000n, 1n],
      [2, 1, 2_000_000n, 60n],
    ]);
    expect(tariff.components[0]?.taxes).toEqual([{ name: 'VAT', percentMicros: 7_250_000n }]);
    expect(tariff.minPrice).toEqual({ exclTaxMicros: 1_000_000n, inclTaxMicros: 1_100_000n });
    expect(tariff.elements[0]?.restrictions).toEqual({
      startSecondOfDay: 79_200,
      endSecondOfDay: 86_400,
      startDay: 1,
      minEnergyMilliWh: 500_000n,
      maxCurrentMilliA: 16_500n,
      minPowerMilliW: 3_700_000n,
      maxDurationSeconds: 3600,
      daysOfWeek: [true, false, false, false, false, false, true],
    });
    expect(tariff.boundaries).toEqual({
      secondsOfDay: [0, 79_200],
      durationsSeconds: [3600],
      energiesMilliWh: [500_000n],
    });
    expect([tariff.restrictsCurrent, tariff.restrictsPower]).toEqual([true, true]);
  });

  it('with its validity, from inclusive, until exclusive', () => {
    const tariff = parseTariff({
      ...base,
      start_date_time: '1970-01-01T00:00:01Z',
      end_date_time: '1970-01-01T00:00:02Z',
    });
    expect([999, 1_000, 1_999, 2_000].map((ms) => isTariffValidAt(tariff, ms))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
