import { describe, expect, it } from '@jest/globals';
import { rate, type Rating } from '../src/index.js';
import { inputOf, periodsOf, rateOf, tariffOf } from './sessions.js';

const steps = (rating: Rating): string =>
  rating.lines
    .map((line) => {
      const figures = [line.elementIndex, line.quantity, line.stepExtra].map(String).join(' ');
      return `${line.component} ${figures}`;
    })
    .join(', ');

describe('step sizes: component, element, billed quantity, extra', () => {
  it.each([
    // 115.2 Wh are billed as 116 Wh, as 125 Wh, as 500 Wh.
    ['ENERGY 0.25;1', '60 charge 0.1152kWh', 'ENERGY 0 116000 800'],
    ['ENERGY 0.25;25', '60 charge 0.1152kWh', 'ENERGY 0 125000 9800'],
    ['ENERGY 0.25;500', '60 charge 0.1152kWh', 'ENERGY 0 500000 384800'],
    // A whole number of steps gets no extra.
    ['ENERGY 0.25;500', '60 charge 1.5kWh', 'ENERGY 0 1500000 0'],
    // 4.3 + 1.1 = 5.4 kWh become 5.5; the 0.1 goes to the later price.
    [
      'ENERGY 0.20;500 | end_time=17:00\nENERGY 0.27;500',
      '43 charge 4.3kWh, 11 charge 1.1kWh',
      'ENERGY 0 4300000 0, ENERGY 1 1200000 100000',
    ],
    // 6 + 22 = 28 min become 30, so 24 after 17:00.
    [
      'TIME 5.00;600 | end_time=17:00\nTIME 7.00;600',
      '37 park, 6 charge, 22 charge',
      'TIME 0 360 0, TIME 1 1440 120',
    ],
    // Only parking is rounded where parking was priced: 21 min stay, 16 become 20.
    [
      'TIME 1.00;600, PARKING_TIME 2.00;600',
      '21 charge, 16 park',
      'TIME 0 1260 0, PARKING_TIME 0 1200 240',
    ],
    // Parking without a price leaves the step to charging.
    ['TIME 1.00;600', '21 charge, 16 park', 'TIME 0 1800 540'],
    // The last component's step counts, not the first one's: 5.4 kWh in steps of 1 Wh.
    [
      'ENERGY 0.20;5000 | end_time=17:00\nENERGY 0.27;1',
      '43 charge 4.3kWh, 11 charge 1.1kWh',
      'ENERGY 0 4300000 0, ENERGY 1 1100000 0',
    ],
    // Charging again after parking: parking is still the one that is rounded.
    [
      'TIME 1.00;600, PARKING_TIME 2.00;600',
      '21 charge, 16 park, 1 charge',
      'TIME 0 1320 0, PARKING_TIME 0 1200 240',
    ],
    ['FLAT 1.00;900', '21 charge', 'FLAT 0 1 0'],
  ])('%s, %s', (tariff, session, expected) => {
    expect(steps(rateOf(tariffOf(tariff), periodsOf('2026-06-08T16:17:00Z', session)))).toBe(
      expected,
    );
  });

  it('bills a fee per session once, where several elements have one', () => {
    const tariff = tariffOf('FLAT 1.00 | max_kwh=1\nFLAT 2.00');
    const rating = rateOf(tariff, periodsOf('2026-06-08T12:00:00Z', '60 charge 20kWh'));
    expect(steps(rating)).toBe('FLAT 0 1 0');
  });

  it('takes quantities from volumes where a record gives them', () => {
    const [period] = periodsOf('2026-06-08T12:00:00Z', '60 charge 20kWh');
    if (period === undefined) throw new Error('no period');
    const rating = rate({
      ...inputOf(tariffOf('TIME 1.00;60, PARKING_TIME 2.00;60'), [
        { ...period, volumes: { chargingSeconds: 61, parkingSeconds: 59 } },
      ]),
      boundaries: 'asGiven',
    });
    expect(steps(rating)).toBe('TIME 0 61 0, PARKING_TIME 0 60 1');
    expect(rating.billedTimeSeconds).toBe(121n);
  });
});

describe('minimum and maximum price', () => {
  const limits = (min: string | undefined, max: string | undefined): Record<string, unknown> => {
    const limit = (text: string): unknown => {
      const [excl_vat, incl_vat] = text.split('/');
      return incl_vat === undefined ? { excl_vat } : { excl_vat, incl_vat };
    };
    return {
      ...(min === undefined ? {} : { min_price: limit(min) }),
      ...(max === undefined ? {} : { max_price: limit(max) }),
    };
  };

  it.each([
    // limits; energy at 1.00 per kWh with 20 %; totals without and with tax; lines; taxes
    ['1/1.20', undefined, '0.40', '100 120', '40 60', '8 12'],
    ['1/1.20', undefined, '5', '500 600', '500', '100'],
    // Both hold apart: 0.95 → 1.00 without tax, while 1.14 with tax is above 1.10 already.
    ['1/1.10', undefined, '0.95', '100 114', '95 5', '19 -5'],
    // Only the limit with tax is passed: a line of 0 that lowers the tax.
    [undefined, '10/11', '9.50', '950 1100', '950 0', '190 -40'],
    [undefined, '10/11', '20', '1000 1100', '2000 -1000', '400 -300'],
    // Without an amount including tax the adjustment bears the average tax.
    [undefined, '10', '20', '1000 1200', '2000 -1000', '400 -200'],
    ['10', undefined, '5', '1000 1200', '500 500', '100 100'],
    ['1/1.20', '10/12', '5', '500 600', '500', '100'],
    // Nothing delivered, but a price was active: the minimum holds.
    ['1/1.20', undefined, '0', '100 120', '100', '20'],
  ])('%s %s, %s kWh: %s', (min, max, energy, totals, lines, taxes) => {
    const rating = rateOf(
      tariffOf('ENERGY 1.00/20', limits(min, max)),
      periodsOf('2026-06-08T12:00:00Z', `60 charge ${energy}kWh`),
    );
    const join = (amounts: readonly bigint[]): string => amounts.map(String).join(' ');
    expect(join([rating.totalExclTaxMinor, rating.totalInclTaxMinor])).toBe(totals);
    expect(join(rating.lines.map((line) => line.amountMinor))).toBe(lines);
    expect(join(rating.taxes.map((tax) => tax.amountMinor))).toBe(taxes);
  });
});

describe('taxes', () => {
  it('are taken once per category on rounded lines', () => {
    // Three lines of 0.333 kWh × 1.00: 0.33 each; 5 % of 0.66 is 0.033 → 0.03, 20 % of 0.33 is 0.066 → 0.07.
    const rating = rateOf(
      tariffOf('ENERGY 1.00/5 | max_kwh=0.333\nENERGY 1.01/5 | max_kwh=0.666\nENERGY 1.00/20'),
      periodsOf('2026-06-08T12:00:00Z', '60 charge 0.999kWh'),
    );
    expect(rating.taxes).toEqual([
      { name: 'VAT', percentMicros: 5_000_000n, baseMinor: 67n, amountMinor: 3n },
      { name: 'VAT', percentMicros: 20_000_000n, baseMinor: 33n, amountMinor: 7n },
    ]);
  });

  it('may be several on one price', () => {
    const tariff = tariffOf('FLAT 0.01', {
      elements: [
        {
          price_components: [
            {
              type: 'FLAT',
              price: '10',
              step_size: 1,
              taxes: [
                { name: 'State', percentage: '7.25' },
                { name: 'City', percentage: '0.5' },
              ],
            },
          ],
        },
      ],
    });
    const rating = rateOf(tariff, periodsOf('2026-06-08T12:00:00Z', '60 charge'));
    // 7.25 % of 10.00 is 0.725 → 0.73.
    expect(rating.taxes.map((tax) => [tax.name, tax.amountMinor])).toEqual([
      ['State', 73n],
      ['City', 5n],
    ]);
    expect(rating.totalInclTaxMinor).toBe(1078n);
  });
});
