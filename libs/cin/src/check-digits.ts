import { RoamgridError } from '@roamgrid/kernel';

const EIGHTEEN_DIGITS = /^[0-9]{18}$/;

/**
 * The two check digits over the eighteen before them, ISO/IEC 7064 MOD 97-10: the whole number leaves 1
 * when divided by 97. The result lies in `"02"` to `"98"`, so that every number has exactly one spelling.
 *
 * @throws RoamgridError `invalid_cin` when `payload` is not eighteen ASCII digits
 */
export function checkDigitsOf(payload: string): string {
  if (!EIGHTEEN_DIGITS.test(payload)) {
    throw new RoamgridError('invalid_cin', 'check digits are taken over eighteen digits');
  }
  const rest = (BigInt(payload) * 100n) % 97n;
  return String(98n - rest).padStart(2, '0');
}
