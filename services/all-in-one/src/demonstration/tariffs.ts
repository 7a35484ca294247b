import type { CustomerClass, StationClass } from '@roamgrid/contracts';
import {
  formatInstant,
  formatPriceMicros,
  parsePriceMicros,
  type InstantMs,
} from '@roamgrid/kernel';
import type { TariffDocument, TariffElementDocument } from '@roamgrid/tariff';
import type { DemoUtility } from './utilities.js';

export const CUSTOMER_CLASSES: readonly CustomerClass[] = ['residential', 'commercial'];
export const STATION_CLASSES: readonly StationClass[] = ['AC', 'DC'];

/** Parking after the charge, per hour, excl. tax. */
const PARKING_PRICE_PER_HOUR: Readonly<Record<StationClass, string>> = { AC: '1.20', DC: '6.00' };
/** Commercial customers pay this much less per kWh. */
const COMMERCIAL_REBATE_MICROS = 10_000n;

const DAY = { start_time: '07:00', end_time: '22:00' };
const NIGHT = { start_time: '22:00', end_time: '07:00' };

function energy(
  utility: DemoUtility,
  price: string,
  restrictions?: TariffElementDocument['restrictions'],
): TariffElementDocument {
  return {
    price_components: [{ type: 'ENERGY', price, step_size: 1, taxes: [utility.tax] }],
    ...(restrictions === undefined ? {} : { restrictions }),
  };
}

function parking(utility: DemoUtility, stationClass: StationClass): TariffElementDocument {
  const price = PARKING_PRICE_PER_HOUR[stationClass];
  return {
    price_components: [{ type: 'PARKING_TIME', price, step_size: 60, taxes: [utility.tax] }],
  };
}

function priceFor(price: string, customerClass: CustomerClass): string {
  const rebate = customerClass === 'commercial' ? COMMERCIAL_REBATE_MICROS : 0n;
  return formatPriceMicros(parsePriceMicros(price) - rebate);
}

function demoTariffId(
  purpose: 'wholesale' | 'domestic',
  customerClass: CustomerClass,
  stationClass: StationClass,
): string {
  return `${purpose}-${customerClass}-${stationClass.toLowerCase()}`;
}

/** A demonstration tariff, OCPI-shaped: wholesale has day and night, domestic one price. */
export function demoTariff(
  utility: DemoUtility,
  purpose: 'wholesale' | 'domestic',
  customerClass: CustomerClass,
  stationClass: StationClass,
  nowMs: InstantMs,
): TariffDocument {
  const { day, night } = utility.wholesale[stationClass];
  const energyElements =
    purpose === 'wholesale'
      ? [
          energy(utility, priceFor(day, customerClass), DAY),
          energy(utility, priceFor(night, customerClass), NIGHT),
        ]
      : [energy(utility, priceFor(utility.domestic[stationClass], customerClass))];
  return {
    country_code: utility.countryCode,
    party_id: utility.partyId,
    id: demoTariffId(purpose, customerClass, stationClass),
    currency: utility.currency,
    type: 'REGULAR',
    tariff_alt_text: [{ language: 'en', text: `${utility.name}: demonstration prices` }],
    elements: [...energyElements, parking(utility, stationClass)],
    last_updated: formatInstant(nowMs),
  };
}
