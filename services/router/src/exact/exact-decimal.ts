const NUMBER = /^(-?)([0-9]{1,400})(?:\.([0-9]{1,400}))?(?:[eE]([+-]?[0-9]{1,4}))?$/;
const MOST_WHOLE_DIGITS = 24;
const MOST_FRACTION_DIGITS = 9;

/**
 * A JSON number or a station's text, times a power of ten, as a plain decimal string: `"1.5e3"` → `"1500"`.
 * Nothing is ever rounded: null where it is no number, or has more digits than messages carry.
 */
export function exactDecimal(text: string, powerOfTen = 0): string | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return '0';
  const trailingZeros = (whole + fraction).length - (whole + fraction).replace(/0+$/, '').length;
  const scale = Number(exponent) + powerOfTen - fraction.length + trailingZeros;
  if (scale < -MOST_FRACTION_DIGITS || digits.length + scale > MOST_WHOLE_DIGITS) return null;
  if (scale >= 0) return sign + digits + '0'.repeat(scale);
  const padded = digits.padStart(1 - scale, '0');
  return `${sign}${padded.slice(0, scale)}.${padded.slice(scale)}`;
}
