import { describe, expect, it } from '@jest/globals';
import type { FxRate } from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  formatMoney,
  parseEnergyKwh,
  parseMoney,
  type CurrencyCode,
} from '@roamgrid/kernel';
import { capsOf, inHomeCurrency, inVisitedCurrency } from '../../src/use-cases/mandate-caps.js';
import { fxRate, SETTINGS, termsAt, VISITED } from '../documents.js';

const NONE = { energyMilliWh: 0n, homeMinor: 0n };
const TO_USD = fxRate('CAD', 'USD', '0.735');

function caps(options: {
  limit?: readonly [string, string];
  currency?: CurrencyCode;
  assurance?: 'claimed' | 'possession' | 'knowledge';
  open?: readonly [string, string];
  domestic?: boolean;
  prepaid?: boolean;
  fx?: FxRate;
}): string {
  const { limit = ['200', '100.00'], currency = 'USD', assurance = 'claimed', fx = null } = options;
  const [openEnergy, openMoney] = options.open ?? ['0', '0'];
  const visitedCurrency = fx?.from ?? currency;
  const made = capsOf({
    settings: {
      ...SETTINGS,
      paymentMode: options.prepaid === true ? 'prepaid' : 'postPaid',
      currency,
      limitEnergyKwh: limit[0],
      limitAmount: limit[1],
    },
    assurance,
    terms: options.domestic === true ? null : termsAt(VISITED, { currency: visitedCurrency }),
    open: {
      energyMilliWh: parseEnergyKwh(openEnergy),
      homeMinor: parseMoney(openMoney, currency).minor,
    },
    fx,
  });
  if (made === null) return 'nothing';
  const visited = formatMoney({ currency: visitedCurrency, minor: made.visitedMinor });
  const home = formatMoney({ currency, minor: made.homeMinor });
  return `${formatEnergyKwh(made.energyMilliWh)} ${visited} ${home}`;
}

describe('the caps of a mandate: kWh, visited money, home money', () => {
  it.each([
    ['by assurance: a claim', { limit: ['1000', '1000.00'] }, '50.000 20.00 20.00'],
    [
      'by assurance: possession',
      { limit: ['1000', '1000.00'], assurance: 'possession' },
      '100.000 40.00 40.00',
    ],
    [
      'by assurance: knowledge',
      { limit: ['1000', '1000.00'], assurance: 'knowledge' },
      '150.000 60.00 60.00',
    ],
    ['a quarter of the limit', { assurance: 'knowledge' }, '50.000 25.00 25.00'],
    ['a quarter, rounded up', { limit: ['30', '12.34'] }, '7.500 3.09 3.09'],
    ['a quarter, rounded up to a mWh', { limit: ['0.000005', '0.05'] }, '0.000002 0.02 0.02'],
    ['a quarter of all', { limit: ['60', '25.00'], open: ['45', '18.75'] }, '15.000 6.25 6.25'],
    ['what is left', { limit: ['60', '25.00'], open: ['50', '20.00'] }, '10.000 5.00 5.00'],
    ['a last cent', { limit: ['60', '25.00'], open: ['30', '24.99'] }, '15.000 0.01 0.01'],
    ['no energy left', { limit: ['60', '25.00'], open: ['60', '0'] }, 'nothing'],
    ['no money left', { limit: ['60', '25.00'], open: ['0', '25.00'] }, 'nothing'],
    ['more open than allowed', { limit: ['60', '25.00'], open: ['70', '30.00'] }, 'nothing'],
    ['no limit at all', { limit: ['0', '0'] }, 'nothing'],
    ['domestic: a quarter too', { domestic: true }, '50.000 25.00 25.00'],
    ['domestic: what is left', { domestic: true, open: ['190', '99.00'] }, '10.000 1.00 1.00'],
    ['domestic: a cent', { domestic: true, limit: ['0.001', '0.01'] }, '0.00025 0.01 0.01'],
    [
      'prepaid: up to the agreed limit',
      { prepaid: true, assurance: 'knowledge' },
      '150.000 60.00 60.00',
    ],
    ['prepaid: all that is left', { prepaid: true, limit: ['30', '12.34'] }, '30.000 12.34 12.34'],
    ['prepaid and domestic', { prepaid: true, domestic: true }, '200.000 100.00 100.00'],
    // 20.00 CAD at 0.735 = 14.70 USD
    ['abroad, by the agreement', { fx: TO_USD }, '50.000 20.00 14.70'],
    // a quarter, 2.50 USD, is 3.401… CAD: down; what is reserved is never more than the quarter
    ['abroad, by the limit', { fx: TO_USD, limit: ['200', '10.00'] }, '50.000 3.40 2.50'],
    ['abroad, a cent', { fx: TO_USD, limit: ['200', '0.01'] }, '50.000 0.01 0.01'],
    [
      'abroad, worth nothing',
      { fx: fxRate('USD', 'JPY', '200'), currency: 'JPY', limit: ['9', '1'] },
      'nothing',
    ],
    [
      'into yen',
      { fx: fxRate('USD', 'JPY', '150.5'), currency: 'JPY', limit: ['200', '90000'] },
      '50.000 20.00 3010',
    ],
    ['out of yen', { fx: fxRate('JPY', 'USD', '0.0066'), limit: ['200', '1.00'] }, 'in yen'],
  ] as const)('%s', (name, options, expected) => {
    if (expected === 'in yen') {
      expect(inVisitedCurrency(100n, options.fx)).toBe(151n);
      return;
    }
    expect({ name, caps: caps(options) }).toEqual({ name, caps: expected });
  });

  it('stay the same without a rate', () => {
    expect(inHomeCurrency(1234n, null)).toBe(1234n);
    expect(inVisitedCurrency(1234n, null)).toBe(1234n);
    expect(
      capsOf({ settings: SETTINGS, assurance: 'claimed', terms: null, open: NONE, fx: null }),
    ).toMatchObject({ homeMinor: 2_500n });
  });

  it('there and back never make more', () => {
    for (let minor = 1n; minor < 500n; minor += 7n) {
      expect(inHomeCurrency(inVisitedCurrency(minor, TO_USD), TO_USD) <= minor).toBe(true);
    }
  });
});
