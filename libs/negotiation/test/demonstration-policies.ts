import type { NegotiationPolicy } from '../src/index.js';

/** Days are busy at the visited side; home's drivers charge by night. */
export const demonstrationPolicies = {
  visited: {
    side: 'visited',
    traded: ['ENERGY'],
    patience: 2,
    reservationPerKwh: '0.01',
    bands: [
      { startTime: '06:00', endTime: '22:00', loadBand: 'low', weight: 3, costPerKwh: '0.22' },
      { startTime: '06:00', endTime: '22:00', loadBand: 'normal', weight: 9, costPerKwh: '0.26' },
      { startTime: '06:00', endTime: '22:00', loadBand: 'high', weight: 6, costPerKwh: '0.30' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'low', weight: 1, costPerKwh: '0.14' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'normal', weight: 3, costPerKwh: '0.155' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'high', weight: 1, costPerKwh: '0.18' },
    ],
  },
  home: {
    side: 'home',
    traded: ['ENERGY'],
    patience: 2,
    reservationPerKwh: '0.01',
    bands: [
      { startTime: '06:00', endTime: '22:00', loadBand: 'low', weight: 2, valuePerKwh: '0.30' },
      { startTime: '06:00', endTime: '22:00', loadBand: 'normal', weight: 5, valuePerKwh: '0.335' },
      { startTime: '06:00', endTime: '22:00', loadBand: 'high', weight: 2, valuePerKwh: '0.36' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'low', weight: 4, valuePerKwh: '0.22' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'normal', weight: 8, valuePerKwh: '0.24' },
      { startTime: '22:00', endTime: '06:00', loadBand: 'high', weight: 3, valuePerKwh: '0.26' },
    ],
  },
} as const satisfies { visited: NegotiationPolicy; home: NegotiationPolicy };
