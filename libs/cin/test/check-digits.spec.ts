import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkDigitsOf } from '../src/check-digits.js';

describe('checkDigitsOf', () => {
  it('makes a number that leaves 1 when divided by 97, with check digits from 02 to 98', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{18}$/), (payload) => {
        const check = checkDigitsOf(payload);
        expect(check).toMatch(/^[0-9]{2}$/);
        expect(Number(check)).toBeGreaterThanOrEqual(2);
        expect(Number(check)).toBeLessThanOrEqual(98);
        expect(BigInt(payload + check) % 97n).toBe(1n);
      }),
    );
  });

  it.each(['', '1', '12345678901234567', '1234567890123456789', '12345678901234567x'])(
    'refuses %j',
    (payload) => {
      expect(() => checkDigitsOf(payload)).toThrow(
        expect.objectContaining({ code: 'invalid_cin' }),
      );
    },
  );
});
