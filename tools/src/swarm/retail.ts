import {
  divideHalfUp,
  formatEnergyWh,
  formatInstant,
  minorDigits,
  parseCurrency,
  parseDecimal,
  parseEnergyWh,
  parseInstant,
} from '@roamgrid/kernel';
import { rateUnderMandate, ratingInputOf, type ChargeMetering } from '@roamgrid/rating';
import { resolveUtcOffsets } from '../price-offsets.js';
import type { HomeTerms } from './booked.js';
import type { OwnReading } from './readings.js';

/** Digits after the point that an exchange rate may have. */
const RATE_SCALE = 9;

/** What a driver owes for one charge, in minor units. */
export interface RetailTotal {
  /** of the driver's home */
  readonly currency: string;
  readonly minor: bigint;
  /** of the station's place, as its screen told it */
  readonly visitedCurrency: string;
  readonly visitedMinor: bigint;
}

/** Periods between the readings of a charge as its station told them; no energy is parking. */
function periodsOf(readings: readonly OwnReading[]): ChargeMetering['periods'] {
  return readings.slice(1).map((reading, index) => {
    const before = readings[index] ?? reading;
    const energy = parseEnergyWh(reading.meterWh) - parseEnergyWh(before.meterWh);
    return {
      startAt: before.at,
      endAt: reading.at,
      energyWh: formatEnergyWh(energy),
      activity: energy === 0n ? ('parking' as const) : ('charging' as const),
    };
  });
}

/** At the rate that home signed, once, half up. */
function converted(minor: bigint, { fx, currency, homeCurrency }: HomeTerms): bigint {
  if (currency === homeCurrency) return minor;
  if (fx?.from !== currency || fx.to !== homeCurrency) {
    throw new RangeError(`home signed no rate from ${currency} to ${homeCurrency}`);
  }
  const [digits, homeDigits] = [
    minorDigits(parseCurrency(currency)),
    minorDigits(parseCurrency(homeCurrency)),
  ];
  const numerator = minor * parseDecimal(fx.rate, RATE_SCALE) * 10n ** BigInt(homeDigits);
  return divideHalfUp(numerator, 10n ** BigInt(RATE_SCALE + digits));
}

/**
 * What the driver of a charge owes: home's signed retail tariff over what the station itself metered and told. Pure.
 *
 * @throws RoamgridError where it cannot be rated; RangeError without a rate
 */
export function retailOf(
  told: readonly OwnReading[],
  timeZone: string,
  terms: HomeTerms,
): RetailTotal {
  const readings = told.toSorted((left, right) => parseInstant(left.at) - parseInstant(right.at));
  const startMs = parseInstant(readings[0]?.at ?? '');
  const endMs = parseInstant(readings.at(-1)?.at ?? '');
  const utcOffsets = resolveUtcOffsets(timeZone, startMs, endMs).map(({ from, offsetSeconds }) => ({
    from: formatInstant(from),
    offsetSeconds,
  }));
  const input = ratingInputOf(
    terms.tariff,
    { periods: periodsOf(readings), utcOffsets },
    terms.rounding,
  );
  const { rating } = rateUnderMandate(terms.caps, input);
  const visitedMinor = rating.totalInclTaxMinor;
  return {
    currency: terms.homeCurrency,
    minor: converted(visitedMinor, terms),
    visitedCurrency: terms.currency,
    visitedMinor,
  };
}
