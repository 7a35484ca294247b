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
  fx?: FxRate;
}): string {
  const { limit = ['200', '100.00'], currency = 'USD', assurance = 'claimed', fx = null } = options;
  const [openEnergy, openMoney] = options.open ?? ['0', '0'];
  const visitedCurrency = fx?.from ?? currency;
  const made = capsOf({
    settings: { ...SETTINGS, currency, limitEnergyKwh: limit[0], limitAmount: limit[1] },
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
    ['by assurance: a claim', {}, '50.000 20.00 20.00'],
    ['by assurance: possession', { assurance: 'possession' }, '100.000 40.00 40.00'],
    ['by assurance: knowledge', { assurance: 'knowledge' }, '150.000 60.00 60.00'],
    ['by the consumer where that is less', { limit: ['30', '12.34'] }, '30.000 12.34 12.34'],
    ['less what is open', { limit: ['60', '25.00'], open: ['20', '10.00'] }, '40.000 15.00 15.00'],
    ['no energy left', { limit: ['60', '25.00'], open: ['60', '0'] }, 'nothing'],
    ['no money left', { limit: ['60', '25.00'], open: ['0', '25.00'] }, 'nothing'],
    ['more open than allowed', { limit: ['60', '25.00'], open: ['70', '30.00'] }, 'nothing'],
    ['domestic: half of what the consumer has left', { domestic: true }, '100.000 50.00 50.00'],
    ['domestic: a last cent', { domestic: true, limit: ['0.001', '0.01'] }, '0.0005 0.01 0.01'],
    // 20.00 CAD at 0.735 = 14.70 USD
    ['abroad, by the agreement', { fx: TO_USD }, '50.000 20.00 14.70'],
    // 10.00 USD are 13.605… CAD: down; what is reserved is never more than the limit
    ['abroad, by the limit', { fx: TO_USD, limit: ['200', '10.00'] }, '50.000 13.60 10.00'],
    ['abroad, a cent', { fx: TO_USD, limit: ['200', '0.01'] }, '50.000 0.01 0.01'],
    [
      'abroad, worth nothing',
      { fx: fxRate('USD', 'JPY', '200'), currency: 'JPY', limit: ['9', '1'] },
      'nothing',
    ],
    [
      'into yen',
      { fx: fxRate('USD', 'JPY', '150.5'), currency: 'JPY', limit: ['200', '9000'] },
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
    ).toMatchObject({ homeMinor: 5_000n });
  });

  it('there and back never make more', () => {
    for (let minor = 1n; minor < 500n; minor += 7n) {
      expect(inHomeCurrency(inVisitedCurrency(minor, TO_USD), TO_USD) <= minor).toBe(true);
    }
  });
});
