import type { RetailPlan, StationClass } from '@roamgrid/contracts';
import { formatPriceMicros, parsePriceMicros } from '@roamgrid/kernel';
import type { NegotiationPolicy } from '@roamgrid/negotiation';
import type { DemoUtility } from './utilities.js';

const TIER_DISCOUNTS = { Gold: '5', Diamond: '8', Platinum: '10' };
const LOAD_BANDS = ['low', 'normal', 'high'] as const;

/** Residential consumers have one roaming price all day; commercial ones pay wholesale and a margin. */
export function demoPlans(utility: DemoUtility): RetailPlan[] {
  const shared = {
    wholesalePlus: { percentage: '4', perKwh: '0.005' },
    tierDiscounts: TIER_DISCOUNTS,
    discountedComponents: ['ENERGY' as const],
    greatestPrices: [
      { currency: 'USD', pricePerKwh: '0.65' },
      { currency: 'CAD', pricePerKwh: '0.75' },
    ],
    negativeMargin: 'allowed' as const,
  };
  const { currency, roamingPricePerKwh: pricePerKwh } = utility;
  return [
    {
      ...shared,
      planId: 'residential-roaming',
      customerClass: 'residential',
      retailRule: 'planPrice',
      roamingPrices: [{ currency, pricePerKwh }],
    },
    {
      ...shared,
      planId: 'commercial-roaming',
      customerClass: 'commercial',
      retailRule: 'wholesalePlus',
      roamingPrices: [],
    },
  ];
}

function shifted(price: string, byMicros: bigint): string {
  return formatPriceMicros(parsePriceMicros(price) + byMicros);
}

/**
 * As visited side: 6 cents below its default price it would rather not sell. As home side: it would go
 * 2 cents above a partner's usual price. Day counts twice what night counts.
 */
export function demoPolicies(
  utility: DemoUtility,
  stationClass: StationClass,
): NegotiationPolicy[] {
  const { day, night } = utility.wholesale[stationClass];
  const dayBand = { startTime: '07:00', endTime: '22:00', weight: 4 };
  const nightBand = { startTime: '22:00', endTime: '07:00', weight: 2 };
  const concession = { traded: ['ENERGY' as const], patience: 2, reservationPerKwh: '0' };
  return [
    {
      side: 'visited',
      ...concession,
      bands: LOAD_BANDS.flatMap((loadBand) => [
        { ...dayBand, loadBand, costPerKwh: shifted(day, -60_000n) },
        { ...nightBand, loadBand, costPerKwh: shifted(night, -40_000n) },
      ]),
    },
    {
      side: 'home',
      ...concession,
      bands: LOAD_BANDS.flatMap((loadBand) => [
        { ...dayBand, loadBand, valuePerKwh: shifted(day, 60_000n), weight: 2 },
        { ...nightBand, loadBand, valuePerKwh: shifted(night, 60_000n), weight: 4 },
      ]),
    },
  ];
}
