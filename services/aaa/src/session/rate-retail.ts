import type { MandateDocument, ReplyOf, recordTransactionEvent } from '@roamgrid/contracts';
import { formatEnergyKwh, parseInstant, parseMoney, type InstantMs } from '@roamgrid/kernel';
import { resolveUtcOffsets, type ResolvedUtcOffset } from '@roamgrid/platform';
import { rateUpTo, rate, ratingInputOf, ratingToDocument, type Rating } from '@roamgrid/rating';
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

/** Retail figures of the readings so far; a prepaid mandate is never billed beyond its cap. */
export function rateRetail(
  mandate: MandateDocument,
  readings: readonly SessionReading[],
  utcOffsets: readonly ResolvedUtcOffset[],
): { rating: Rating; unbilledEnergyMilliWh: bigint } {
  const { tariff, rounding } = mandate.retailTariff.document;
  const input = ratingInputOf(tariff, { periods: periodsOf(readings), utcOffsets }, rounding);
  if (mandate.paymentMode !== 'prepaid') return { rating: rate(input), unbilledEnergyMilliWh: 0n };
  const cap = parseMoney(mandate.moneyCap.amount, mandate.moneyCap.currency);
  return rateUpTo(input, cap.minor);
}

/** A rating as the station shows it. */
export function billOf(rating: Rating, unbilledEnergyMilliWh: bigint): RetailBill {
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
