import type { FxRate } from '@roamgrid/contracts';
import {
  divideHalfUp,
  minorDigits,
  money,
  parseDecimal,
  RoamgridError,
  type CurrencyCode,
  type Money,
} from '@roamgrid/kernel';

/** Digits after the point that an exchange rate may have. */
const RATE_SCALE = 9;

/**
 * Converts a session's total once: amount × rate, half up to the target's minor unit. Without a rate the
 * amount must be in the target currency already.
 *
 * @throws RoamgridError `currency_mismatch` where the rate is not for these currencies
 */
export function convertOnce(amount: Money, target: CurrencyCode, fx: FxRate | null): Money {
  if (fx === null) {
    if (amount.currency === target) return amount;
    throw new RoamgridError('currency_mismatch', `no rate from ${amount.currency} to ${target}`);
  }
  if (fx.from !== amount.currency || fx.to !== target) {
    throw new RoamgridError('currency_mismatch', `the rate is from ${fx.from} to ${fx.to}`);
  }
  const numerator =
    amount.minor * parseDecimal(fx.rate, RATE_SCALE) * 10n ** BigInt(minorDigits(target));
  const denominator = 10n ** BigInt(RATE_SCALE + minorDigits(amount.currency));
  return money(target, divideHalfUp(numerator, denominator));
}
