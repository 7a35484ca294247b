import type { AgreementTerms, FxRate } from '@roamgrid/contracts';
import {
  divideHalfUp,
  formatDecimalShort,
  formatInstant,
  parseDecimal,
  parseInstant,
  type InstantMs,
} from '@roamgrid/kernel';

const MS_PER_HOUR = 3_600_000;
const RATE_DIGITS = 9;
const PERCENT_DIGITS = 6;
const HUNDRED_PERCENT = 100_000_000n;

/** The rate with the spread on it, half up to nine digits: the driver's currency buys less. */
function withSpread(rate: string, spreadPercentage: string): string {
  const spread = parseDecimal(spreadPercentage, PERCENT_DIGITS);
  const scaled = parseDecimal(rate, RATE_DIGITS) * (HUNDRED_PERCENT + spread);
  return formatDecimalShort(divideHalfUp(scaled, HUNDRED_PERCENT), RATE_DIGITS);
}

/**
 * The rate that a retail tariff fixes under the agreement's rule; it ends when the recorded rate
 * ends or is older than the agreement allows.
 *
 * @returns null where the recorded rate is not yet or no longer good: an unknown price refuses
 */
export function fixFx(
  recorded: FxRate,
  rule: AgreementTerms['fx'],
  atMs: InstantMs,
): FxRate | null {
  const quotedMs = parseInstant(recorded.at);
  const notAfterMs = Math.min(
    parseInstant(recorded.notAfter),
    quotedMs + rule.greatestAgeHours * MS_PER_HOUR,
  );
  if (quotedMs > atMs || notAfterMs <= atMs) return null;
  return {
    ...recorded,
    rate:
      rule.spreadBorneBy === 'driver'
        ? withSpread(recorded.rate, rule.spreadPercentage)
        : recorded.rate,
    notAfter: formatInstant(notAfterMs),
  };
}
