import { toSafeInteger } from '@roamgrid/kernel';

const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

interface TextNumber {
  readonly isLosslessNumber: true;
  readonly value: string;
}

function isTextNumber(value: unknown): value is TextNumber {
  return (
    typeof value === 'object' &&
    value !== null &&
    'isLosslessNumber' in value &&
    value.isLosslessNumber === true &&
    'value' in value &&
    typeof value.value === 'string'
  );
}

/** `12.5e-1` → `1.25`; a text that is no JSON number is given back as it is. */
function withoutExponent(text: string): string {
  const match = JSON_NUMBER.exec(text);
  if (match?.[4] === undefined) return text;
  const [, sign = '', whole = '', decimals = '', exponent] = match;
  const point = whole.length + toSafeInteger(BigInt(exponent));
  const digits = (whole + decimals).padEnd(point, '0');
  const padded = point > 0 ? digits : digits.padStart(digits.length - point + 1, '0');
  const split = Math.max(point, 1);
  const rest = padded.slice(split);
  return sign + padded.slice(0, split) + (rest === '' ? '' : `.${rest}`);
}

/**
 * A number that a lossless JSON parser gave (an object with `isLosslessNumber` and `value`), a text or a safe
 * integer, as plain decimal text. Anything else, a float above all, is given back for a schema to refuse.
 */
export function ocpiNumberToText(value: unknown): unknown {
  if (isTextNumber(value)) return withoutExponent(value.value);
  if (typeof value === 'string') return withoutExponent(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return value;
}

/** As {@link ocpiNumberToText}, for members that are integers. */
export function ocpiNumberToInteger(value: unknown): unknown {
  const text = ocpiNumberToText(value);
  return typeof text === 'string' && /^-?\d{1,15}(\.0+)?$/.test(text)
    ? toSafeInteger(BigInt(text.replace(/\.0+$/, '')))
    : text;
}
