import { describe, expect, it } from '@jest/globals';
import { ratingToDocument } from '../src/index.js';
import { periodsOf, rateOf, tariffOf } from './sessions.js';

describe('a rating as a document', () => {
  it('says every figure as text, with its evidence', () => {
    const rating = rateOf(
      tariffOf('FLAT 0.50/20, ENERGY 0.285/10;100\nPARKING_TIME 2.00;60', {
        max_price: { excl_vat: '6', incl_vat: '6.6' },
      }),
      periodsOf('2026-06-08T12:00:00Z', '60 charge 20.45kWh, 10 park'),
    );
    expect(ratingToDocument(rating)).toEqual({
      currency: 'EUR',
      tariffId: 'T1',
      lines: [
        {
          description: 'Session fee',
          component: 'FLAT',
          element: 0,
          quantity: '1',
          unit: 'session',
          unitPrice: '0.50',
          taxes: [{ name: 'VAT', percentage: '20' }],
          amount: '0.50',
          rounding: 'halfUp',
          periods: [
            { startAt: '2026-06-08T12:00:00Z', endAt: '2026-06-08T12:00:00Z', quantity: '1' },
          ],
        },
        {
          description: 'Energy',
          component: 'ENERGY',
          element: 0,
          quantity: '20.500',
          quantityWh: '20500',
          unit: 'kWh',
          stepExtra: '50',
          unitPrice: '0.285',
          taxes: [{ name: 'VAT', percentage: '10' }],
          amount: '5.84',
          rounding: 'halfUp',
          periods: [
            {
              startAt: '2026-06-08T12:00:00Z',
              endAt: '2026-06-08T13:00:00Z',
              quantity: '20.450',
              quantityWh: '20450',
            },
          ],
        },
        {
          description: 'Parking time',
          component: 'PARKING_TIME',
          element: 1,
          quantity: '0.166667',
          quantitySeconds: '600',
          unit: 'h',
          unitPrice: '2.00',
          amount: '0.33',
          rounding: 'halfUp',
          periods: [
            {
              startAt: '2026-06-08T13:00:00Z',
              endAt: '2026-06-08T13:10:00Z',
              quantity: '0.166667',
              quantitySeconds: '600',
            },
          ],
        },
        {
          description: 'Maximum price',
          component: 'MAX_PRICE',
          element: -1,
          quantity: '1',
          unit: 'session',
          unitPrice: '6.00',
          amount: '-0.67',
          rounding: 'halfUp',
          periods: [],
        },
      ],
      taxes: [
        { name: 'VAT', percentage: '20', base: '0.50', amount: '0.10' },
        { name: 'VAT', percentage: '10', base: '5.84', amount: '0.58' },
        { name: 'Maximum price', base: '-0.67', amount: '-0.08' },
      ],
      billedEnergyKwh: '20.500',
      billedTimeSeconds: '4200',
      totalExclTax: '6.00',
      tax: '0.60',
      totalInclTax: '6.60',
    });
  });
});
