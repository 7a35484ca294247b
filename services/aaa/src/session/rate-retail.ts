import type { MandateDocument, ReplyOf, recordTransactionEvent } from '@roamgrid/contracts';
import {
  formatEnergyKwh,
  parseInstant,
  RoamgridError,
  type EnergyMilliWh,
  type ErrorCode,
  type InstantMs,
} from '@roamgrid/kernel';
import { resolveUtcOffsets, type ResolvedUtcOffset } from '@roamgrid/platform';
import {
  rateUnderMandate,
  ratingInputOf,
  ratingToDocument,
  type CappedRating,
  type Rating,
} from '@roamgrid/rating';
import { inOrder, periodsOf } from './metering.js';
import type { SessionReading } from './session.js';

type RetailBill = NonNullable<ReplyOf<typeof recordTransactionEvent>['bill']>;

/** The station's offsets over a session, from its first to its last reading. */
export function offsetsOver(
  timeZone: string,
  readings: readonly SessionReading[],
  fallbackMs: InstantMs,
): ResolvedUtcOffset[] {
  const ordered = inOrder(readings);
  const startMs = parseInstantOr(ordered[0]?.at, fallbackMs);
  return resolveUtcOffsets(timeZone, startMs, parseInstantOr(ordered.at(-1)?.at, startMs));
}

function parseInstantOr(text: string | undefined, fallbackMs: InstantMs): InstantMs {
  return text === undefined ? fallbackMs : parseInstant(text);
}

/**
 * Retail figures of the readings so far; never beyond the caps that bound the driver's bill.
 *
 * @throws RoamgridError where no price is known for what was metered
 */
export function rateRetail(
  mandate: MandateDocument,
  readings: readonly SessionReading[],
  utcOffsets: readonly ResolvedUtcOffset[],
): CappedRating {
  const { tariff, rounding } = mandate.retailTariff.document;
  const input = ratingInputOf(tariff, { periods: periodsOf(readings), utcOffsets }, rounding);
  return rateUnderMandate(mandate, input);
}

/** As {@link rateRetail}; the error's code where the charge cannot be rated. */
export function tryRateRetail(
  mandate: MandateDocument,
  readings: readonly SessionReading[],
  utcOffsets: readonly ResolvedUtcOffset[],
): CappedRating | ErrorCode {
  try {
    return rateRetail(mandate, readings, utcOffsets);
  } catch (error) {
    if (!(error instanceof RoamgridError) || error.code === 'internal') throw error;
    return error.code;
  }
}

/** What the charge costs so far, as far as a price is known. */
export function costOf(
  mandate: MandateDocument,
  readings: readonly SessionReading[],
  utcOffsets: readonly ResolvedUtcOffset[],
): Rating | null {
  const rated = tryRateRetail(mandate, readings, utcOffsets);
  return typeof rated === 'string' ? null : rated.rating;
}

/** A rating as the station shows it. */
export function billOf(rating: Rating, unbilledEnergyMilliWh: EnergyMilliWh): RetailBill {
  const { currency, lines, taxes, totalExclTax, tax, totalInclTax } = ratingToDocument(rating);
  return {
    currency,
    lines: lines.map((line) => ({ ...line })),
    taxes: taxes.map((entry) => ({ ...entry })),
    totalExclTax,
    tax,
    totalInclTax,
    unbilledEnergyKwh: formatEnergyKwh(unbilledEnergyMilliWh),
  };
}
