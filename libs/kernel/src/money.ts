import { formatDecimal, formatDecimalShort, parseDecimal } from './decimal.js';
import { RoamgridError } from './errors.js';

/** Digits of the minor unit, ISO 4217. A currency that is not listed is refused, never guessed. */
const MINOR_DIGITS = {
  AUD: 2,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HUF: 2,
  ISK: 0,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  NOK: 2,
  NZD: 2,
  PLN: 2,
  RON: 2,
  SEK: 2,
  TND: 3,
  USD: 2,
} as const;

/** ISO 4217 alphabetic code of a currency that Roamgrid knows the minor unit of. */
export type CurrencyCode = keyof typeof MINOR_DIGITS;

export const CURRENCY_CODES = Object.keys(MINOR_DIGITS) as [CurrencyCode, ...CurrencyCode[]];

/** An exact amount of money. */
export interface Money {
  readonly currency: CurrencyCode;
  readonly minor: bigint;
}

/** A unit price in integer micro-units (10⁻⁶) of its currency per kWh, per hour or per session. */
export type PriceMicros = bigint;

export const PRICE_SCALE = 6;
export const MICROS_PER_UNIT = 1_000_000n;

/** @throws RoamgridError `unknown_currency` */
export function parseCurrency(text: string): CurrencyCode {
  if (!Object.hasOwn(MINOR_DIGITS, text)) {
    throw new RoamgridError('unknown_currency', `no minor unit is known for currency ${text}`);
  }
  return text as CurrencyCode;
}

/** Digits after the point in the currency's amounts: 2 for USD, 0 for JPY. */
export function minorDigits(currency: CurrencyCode): number {
  return MINOR_DIGITS[currency];
}

/** Micro-units in one minor unit: 10 000 for a currency with two digits. */
export function microsPerMinor(currency: CurrencyCode): bigint {
  return 10n ** BigInt(PRICE_SCALE - MINOR_DIGITS[currency]);
}

/** `minor` in minor units of `currency`: cents for USD. */
export function money(currency: CurrencyCode, minor: bigint): Money {
  return { currency, minor };
}

/** `"14.07"` of USD → 1407 cents. @throws RoamgridError `malformed_decimal`, `unknown_currency` */
export function parseMoney(text: string, currency: string): Money {
  const code = parseCurrency(currency);
  return { currency: code, minor: parseDecimal(text, MINOR_DIGITS[code]) };
}

/** 1407 cents of USD → `"14.07"`. */
export function formatMoney(amount: Money): string {
  return formatDecimal(amount.minor, MINOR_DIGITS[amount.currency]);
}

/** @throws RoamgridError `currency_mismatch` */
export function addMoney(left: Money, right: Money): Money {
  if (left.currency !== right.currency) {
    throw new RoamgridError(
      'currency_mismatch',
      `${left.currency} and ${right.currency} do not add`,
    );
  }
  return { currency: left.currency, minor: left.minor + right.minor };
}

/** `"0.285"` → 285 000 micro-units. @throws RoamgridError `malformed_decimal` */
export function parsePriceMicros(text: string): PriceMicros {
  return parseDecimal(text, PRICE_SCALE);
}

/** 285 000 micro-units → `"0.285"`; at least two digits after the point. */
export function formatPriceMicros(priceMicros: PriceMicros): string {
  return formatDecimalShort(priceMicros, PRICE_SCALE, 2);
}
