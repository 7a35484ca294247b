import { RoamgridError } from './errors.js';

const PLAIN_DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/**
 * Reads a plain decimal (`"14.07"`, `"-3"`, never `1e3`, never spaces) as an integer scaled by 10^scale.
 *
 * @throws RoamgridError `malformed_decimal` when the text is not plain or has more than `scale` digits
 *   after the point (trailing zeros beyond it are allowed)
 */
export function parseDecimal(text: string, scale: number): bigint {
  const match = PLAIN_DECIMAL.exec(text);
  if (match === null) throw new RoamgridError('malformed_decimal', 'not a plain decimal number');
  const [, sign = '', whole = '', fraction = ''] = match;
  if (/[^0]/.test(fraction.slice(scale))) {
    throw new RoamgridError(
      'malformed_decimal',
      `more than ${String(scale)} digits after the point`,
    );
  }
  const scaled = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return sign === '-' ? -scaled : scaled;
}

/** Writes an integer scaled by 10^scale with exactly `scale` digits after the point. */
export function formatDecimal(scaled: bigint, scale: number): string {
  const sign = scaled < 0n ? '-' : '';
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** As {@link formatDecimal}, without zeros that say nothing: at least `leastDigits` after the point. */
export function formatDecimalShort(scaled: bigint, scale: number, leastDigits = 0): string {
  const full = formatDecimal(scaled, scale);
  if (scale === 0) return full;
  const [whole = '0', fraction = ''] = full.split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(leastDigits, '0');
  return kept === '' ? whole : `${whole}.${kept}`;
}
