import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '@roamgrid/kernel';
import { parseTariff, type TariffElementDocument } from '@roamgrid/tariff';
import { findEnergyGap } from '../src/decisions/energy-gap.js';
import { wholesaleTariff } from './documents.js';

/** a Wednesday, so that the week under test runs over a Sunday */
const FROM_MS = parseInstant('2026-03-04T15:30:00Z');

const element = (
  type: 'ENERGY' | 'FLAT' | 'TIME',
  restrictions: TariffElementDocument['restrictions'] = {},
  price = '0.30',
): TariffElementDocument => ({
  price_components: [{ type, price, step_size: 1 }],
  restrictions,
});
const energy = (restrictions: TariffElementDocument['restrictions'] = {}, price = '0.30') =>
  element('ENERGY', restrictions, price);

const WORKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const;

const CASES: [string, TariffElementDocument[], string | null][] = [
  ['one price', [energy()], null],
  ['written down as free', [energy({}, '0.00')], null],
  [
    'day and night',
    [
      energy({ start_time: '06:00', end_time: '22:00' }),
      energy({ start_time: '22:00', end_time: '06:00' }),
    ],
    null,
  ],
  ['overlapping', [energy({ start_time: '06:00', end_time: '22:00' }), energy()], null],
  [
    'a minute missing',
    [
      energy({ start_time: '03:02', end_time: '22:00' }),
      energy({ start_time: '22:00', end_time: '03:01' }),
    ],
    'WEDNESDAY 03:01',
  ],
  [
    'a minute missing on one day',
    [
      energy({ day_of_week: ['TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] }),
      energy({ day_of_week: ['MONDAY'], start_time: '03:02', end_time: '00:00' }),
      energy({ day_of_week: ['MONDAY'], start_time: '00:00', end_time: '03:01' }),
    ],
    'MONDAY 03:01',
  ],
  ['a day that ends at 23:59', [energy({ end_time: '23:59' })], 'WEDNESDAY 23:59'],
  ['no weekend', [energy({ day_of_week: [...WORKDAYS] })], 'SATURDAY 00:00'],
  ['per session only', [element('FLAT')], 'WEDNESDAY 00:00'],
  ['per hour only', [element('TIME')], 'WEDNESDAY 00:00'],
  ['from the fifth kilowatt-hour on', [energy({ min_kwh: '5' })], 'WEDNESDAY 00:00'],
  ['by current and power', [energy({ max_current: '32' }), energy({ min_power: '50' })], null],
];

describe('the first minute of a week without a price of energy', () => {
  it.each(CASES)('%s', (_, elements, expected) => {
    const gap = findEnergyGap(parseTariff(wholesaleTariff({ elements })), FROM_MS);
    expect(gap === null ? null : `${gap.day} ${gap.timeOfDay}`).toBe(expected);
  });
});
