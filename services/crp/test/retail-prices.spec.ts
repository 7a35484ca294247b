import { describe, expect, it } from '@jest/globals';
import type { RetailPlan } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import { fixFx } from '../src/decisions/choose-fx.js';
import { domesticPrices, roamingPrices, type Tier } from '../src/decisions/retail-prices.js';
import { planWith, wholesaleTariff } from './documents.js';

const wholesale = wholesaleTariff();
const plus = { retailRule: 'wholesalePlus' as const };
const allowed = { negativeMargin: 'allowed' as const };
const max = (pricePerKwh: string) => ({ greatestPrices: [{ currency: 'USD', pricePerKwh }] });
const cadOnly = { roamingPrices: [{ currency: 'CAD', pricePerKwh: '0.55' }] };
const everything: RetailPlan['discountedComponents'] = ['ENERGY', 'PARKING_TIME'];

/** `type price` of every component in order, by rule; `refused` where the plan refuses. */
function summary(plan: RetailPlan, tier: Tier): string {
  const made = roamingPrices(wholesale, plan, tier);
  if (made === null) return 'refused';
  const prices = made.elements.flatMap(({ price_components: components }) =>
    components.map(({ type, price }) => `${type} ${price}`),
  );
  return `${made.retailRule} ${made.tierDiscountPercentage}%: ${prices.join(', ')}`;
}

describe('roamingPrices', () => {
  // wholesale: energy 0.20 by night, 0.30 by day, parking 2.00
  // what | changes of the plan | tier | outcome
  const cases: [string, Partial<RetailPlan>, Tier, string][] = [
    ['plan price, one all day', {}, 'none', 'planPrice 0%: ENERGY 0.39, PARKING_TIME 2.00'],
    ['less the tier', {}, 'Diamond', 'planPrice 7.5%: ENERGY 0.36075, PARKING_TIME 2.00'],
    [
      'no price for the currency',
      cadOnly,
      'none',
      'wholesalePlus 0%: ENERGY 0.23, ENERGY 0.34, PARKING_TIME 2.00',
    ],
    [
      'wholesale plus',
      plus,
      'Gold',
      'wholesalePlus 5%: ENERGY 0.2185, ENERGY 0.323, PARKING_TIME 2.00',
    ],
    [
      'capped',
      { ...plus, ...max('0.32') },
      'none',
      'wholesalePlus 0%: ENERGY 0.23, ENERGY 0.32, PARKING_TIME 2.00',
    ],
    ['cap below wholesale', { ...plus, ...max('0.29') }, 'none', 'refused'],
    [
      'cap below wholesale, allowed',
      { ...plus, ...max('0.29'), ...allowed },
      'none',
      'wholesalePlus 0%: ENERGY 0.23, ENERGY 0.29, PARKING_TIME 2.00',
    ],
    [
      'plan price below wholesale',
      { roamingPrices: [{ currency: 'USD', pricePerKwh: '0.29' }] },
      'none',
      'refused',
    ],
    ['discount of parking at a loss', { discountedComponents: everything }, 'Gold', 'refused'],
    [
      'discount of parking, allowed',
      { discountedComponents: everything, ...allowed },
      'Gold',
      'planPrice 5%: ENERGY 0.3705, PARKING_TIME 1.90',
    ],
    [
      'half up to the micro-unit',
      { ...plus, wholesalePlus: { percentage: '0.00025', perKwh: '0' } },
      'none',
      'wholesalePlus 0%: ENERGY 0.200001, ENERGY 0.300001, PARKING_TIME 2.00',
    ],
  ];

  it.each(cases)('%s', (_name, changes, tier, outcome) => {
    expect(summary(planWith(changes), tier)).toBe(outcome);
  });

  it('keeps the taxes of the place', () => {
    const made = roamingPrices(wholesale, planWith(), 'none');
    const [first] = made?.elements[0]?.price_components ?? [];
    expect(first?.taxes).toEqual(wholesale.elements[0]?.price_components[0]?.taxes);
  });
});

describe('domesticPrices', () => {
  it('are the domestic tariff less the discount, whatever the plan asks abroad', () => {
    const made = domesticPrices(wholesale, planWith(max('0.01')), 'Platinum');
    expect(made.retailRule).toBe('domestic');
    const prices = made.elements.map((element) => element.price_components[0]?.price);
    expect(prices).toEqual(['0.18', '0.27', '2.00']);
  });
});

describe('fixFx', () => {
  const recorded = {
    from: 'CAD' as const,
    to: 'USD' as const,
    rate: '0.7312',
    source: 'demonstration',
    at: '2026-03-01T12:00:00Z',
    notAfter: '2026-03-10T00:00:00Z',
  };
  const rule = {
    fixedWhen: 'retailTariff' as const,
    source: 'demonstration',
    greatestAgeHours: 48,
    spreadPercentage: '0.5',
    spreadBorneBy: 'driver' as const,
  };

  // at | changes of the rule | rate and end, or unknown
  const cases: [string, Partial<typeof rule> | object, string][] = [
    ['2026-03-02T12:00:00Z', {}, '0.734856 until 2026-03-03T12:00:00Z'],
    ['2026-03-02T12:00:00Z', { spreadBorneBy: 'home' }, '0.7312 until 2026-03-03T12:00:00Z'],
    ['2026-03-02T12:00:00Z', { greatestAgeHours: 999 }, '0.734856 until 2026-03-10T00:00:00Z'],
    ['2026-03-03T12:00:00Z', {}, 'unknown'],
    ['2026-03-01T11:59:59Z', {}, 'unknown'],
  ];

  it.each(cases)('at %s with %j', (at, changes, expected) => {
    const fx = fixFx(recorded, { ...rule, ...changes }, parseInstant(at));
    expect(fx === null ? 'unknown' : `${fx.rate} until ${fx.notAfter}`).toBe(expected);
  });
});
