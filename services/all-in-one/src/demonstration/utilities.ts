import type { CurrencyCode } from '@roamgrid/kernel';

/** A member of the demonstration consortium (INTERFACE §3). Prices are demonstration prices. */
export interface DemoUtility {
  readonly slug: string;
  readonly name: string;
  readonly cinPrefix: string;
  readonly contractProvider: string;
  /** ISO 3166-1 alpha-2 and OCPI party id, for its tariffs */
  readonly countryCode: string;
  readonly partyId: string;
  readonly currency: CurrencyCode;
  readonly timeZone: string;
  readonly tax: { readonly name: string; readonly percentage: string };
  /** wholesale energy per kWh, by station class: day (07–22 h) and night */
  readonly wholesale: Readonly<
    Record<'AC' | 'DC', { readonly day: string; readonly night: string }>
  >;
  /** what its own consumers pay at its own stations, per kWh */
  readonly domestic: Readonly<Record<'AC' | 'DC', string>>;
  /** the plan's own roaming price, where the plan has one */
  readonly roamingPricePerKwh: string;
}

export const DEMO_UTILITIES: readonly DemoUtility[] = [
  {
    slug: 'alabama-power',
    name: 'Alabama Power',
    cinPrefix: '8400019501',
    contractProvider: 'USALA',
    countryCode: 'US',
    partyId: 'ALA',
    currency: 'USD',
    timeZone: 'America/Chicago',
    tax: { name: 'Alabama utility tax', percentage: '4.00' },
    wholesale: { AC: { day: '0.26', night: '0.20' }, DC: { day: '0.38', night: '0.32' } },
    domestic: { AC: '0.21', DC: '0.33' },
    roamingPricePerKwh: '0.29',
  },
  {
    slug: 'duke-energy',
    name: 'Duke Energy',
    cinPrefix: '8400541601',
    contractProvider: 'USDUK',
    countryCode: 'US',
    partyId: 'DUK',
    currency: 'USD',
    timeZone: 'America/New_York',
    tax: { name: 'North Carolina sales tax', percentage: '7.00' },
    wholesale: { AC: { day: '0.28', night: '0.22' }, DC: { day: '0.40', night: '0.34' } },
    domestic: { AC: '0.23', DC: '0.36' },
    roamingPricePerKwh: '0.31',
  },
  {
    slug: 'georgia-power',
    name: 'Georgia Power',
    cinPrefix: '8400714001',
    contractProvider: 'USGEO',
    countryCode: 'US',
    partyId: 'GEO',
    currency: 'USD',
    timeZone: 'America/New_York',
    tax: { name: 'Georgia sales tax', percentage: '4.00' },
    wholesale: { AC: { day: '0.25', night: '0.19' }, DC: { day: '0.39', night: '0.31' } },
    domestic: { AC: '0.22', DC: '0.34' },
    roamingPricePerKwh: '0.30',
  },
  {
    slug: 'northern-hydro',
    name: 'Northern Hydro',
    cinPrefix: '1240000101',
    contractProvider: 'CANOR',
    countryCode: 'CA',
    partyId: 'NOR',
    currency: 'CAD',
    timeZone: 'America/Toronto',
    tax: { name: 'Ontario HST', percentage: '13.00' },
    wholesale: { AC: { day: '0.24', night: '0.16' }, DC: { day: '0.42', night: '0.34' } },
    domestic: { AC: '0.18', DC: '0.35' },
    roamingPricePerKwh: '0.34',
  },
];

/** Every pair has an agreement except this one. */
export const PAIR_WITHOUT_AGREEMENT: readonly [string, string] = [
  'georgia-power',
  'northern-hydro',
];

/** Units of `to` for one unit of `from`. */
export const DEMO_FX_RATES: readonly { from: CurrencyCode; to: CurrencyCode; rate: string }[] = [
  { from: 'USD', to: 'CAD', rate: '1.3700' },
  { from: 'CAD', to: 'USD', rate: '0.7300' },
];
