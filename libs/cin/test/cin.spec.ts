import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkDigitsOf } from '../src/check-digits.js';
import {
  cinParts,
  cinPrefix,
  formatCin,
  makeCin,
  maskCin,
  parseCin,
  type CinNumbers,
} from '../src/cin.js';

const refusal = expect.objectContaining({ code: 'invalid_cin' });

/** The consumers of the demonstration consortium, and two numbers that only look like one. */
const DEMONSTRATION = [
  // CIN, prefix, service index, consumer number, check
  ['84000195011000012374', '8400019501', '1', '0000123', '74'],
  ['84000195011000045645', '8400019501', '1', '0000456', '45'],
  ['84000195011000078916', '8400019501', '1', '0000789', '16'],
  ['84000195014000007713', '8400019501', '4', '0000077', '13'],
  ['84000195013000032191', '8400019501', '3', '0000321', '91'],
  ['84005416012000012317', '8400541601', '2', '0000123', '17'],
  ['84005416011000055516', '8400541601', '1', '0000555', '16'],
  ['84007140011000004236', '8400714001', '1', '0000042', '36'],
  ['84007140014000001127', '8400714001', '4', '0000011', '27'],
  ['12400001011000000782', '1240000101', '1', '0000007', '82'],
  ['27600077013000000935', '2760007701', '3', '0000009', '35'],
  ['84099999011000000117', '8409999901', '1', '0000001', '17'],
] as const;

const anyNumbers = fc.record({
  country: fc.stringMatching(/^[0-9]{3}$/),
  utility: fc.stringMatching(/^[0-9]{5}$/),
  aaa: fc.stringMatching(/^[0-9]{2}$/),
  serviceIndex: fc.stringMatching(/^[0-9]$/),
  consumerNumber: fc.stringMatching(/^[0-9]{7}$/),
});

describe('the demonstration numbers', () => {
  it.each(DEMONSTRATION)('%s', (text, prefix, serviceIndex, consumerNumber, check) => {
    const cin = parseCin(text);
    expect(cin).toBe(text);
    expect(cinPrefix(cin)).toBe(prefix);
    expect(checkDigitsOf(text.slice(0, 18))).toBe(check);
    const parts = cinParts(cin);
    expect(parts).toEqual({
      country: prefix.slice(0, 3),
      utility: prefix.slice(3, 8),
      aaa: prefix.slice(8),
      serviceIndex,
      consumerNumber,
      check,
    });
    expect(makeCin(parts)).toBe(text);
    expect(maskCin(cin)).toBe(`${prefix}••••••••${check}`);
  });
});

describe('parseCin', () => {
  it.each([
    '84000195011000012374',
    '840 00195 01 1 0000123 74',
    '840-00195-01-1-0000123-74',
    '840 - 00195 - 01 - 1 - 0000123 - 74',
    '8 4 0 0 0 1 9 5 0 1 1 0 0 0 0 1 2 3 7 4',
  ])('reads %j', (text) => {
    expect(parseCin(text)).toBe('84000195011000012374');
  });

  it.each([
    ['', 'empty'],
    ['8400019501100001237', 'nineteen digits'],
    ['840001950110000123740', 'twenty-one digits'],
    ['84000195011000012375', 'a wrong check digit'],
    ['84000195011000012347', 'check digits swapped'],
    ['8400019501100001237A', 'a letter'],
    ['８４000195011000012374', 'full-width digits'],
    ['٨4000195011000012374', 'digits of another script'],
    [' 84000195011000012374', 'a space before'],
    ['84000195011000012374 ', 'a space after'],
    ['-84000195011000012374', 'a hyphen before'],
    ['84000195011000012374\n', 'a newline after'],
    ['8400019501\n1000012374', 'a newline between'],
    ['8400019501\t1000012374', 'a tab between'],
    ['8400019501\u00a01000012374', 'a no-break space between'],
    ['8400019501–1000012374', 'a dash that is no hyphen'],
    ['8400019501.1000012374', 'a point between'],
    ['840 00195 01     1 0000123 74', 'a gap of five spaces'],
    ['0x840001950110000123', 'hexadecimal'],
    [`84000195011000012374${' '.repeat(100_000)}`, 'a very long text'],
  ])('refuses %#: %j', (text) => {
    expect(() => parseCin(text)).toThrow(refusal);
  });

  it('accepts one spelling of the check digits only, not its equals modulo 97', () => {
    const payloadOf = (check: string): string => {
      for (let consumer = 0; consumer < 97; consumer += 1) {
        const payload = `84000195011${String(consumer).padStart(7, '0')}`;
        if (checkDigitsOf(payload) === check) return payload;
      }
      throw new Error('every check value occurs among 97 neighbours');
    };
    for (const [check, equal] of [
      ['97', '00'],
      ['98', '01'],
      ['02', '99'],
    ] as const) {
      expect(parseCin(payloadOf(check) + check)).toHaveLength(20);
      expect(() => parseCin(payloadOf(check) + equal)).toThrow(refusal);
    }
  });

  it('never repeats the number in its refusal', () => {
    const wrong = '84000195011000012375';
    expect(() => parseCin(wrong)).toThrow(expect.not.objectContaining({ message: /\d{2}/ }));
    try {
      parseCin(wrong);
    } catch (error) {
      expect(String(error)).not.toMatch(/\d/);
    }
  });

  it('catches every single wrong digit', () => {
    fc.assert(
      fc.property(
        anyNumbers,
        fc.nat(19),
        fc.integer({ min: 1, max: 9 }),
        (numbers, place, shift) => {
          const cin = makeCin(numbers);
          const digit = String((Number(cin.charAt(place)) + shift) % 10);
          expect(() => parseCin(cin.slice(0, place) + digit + cin.slice(place + 1))).toThrow(
            refusal,
          );
        },
      ),
    );
  });

  it('catches every transposition of two digits', () => {
    fc.assert(
      fc.property(anyNumbers, fc.nat(19), fc.nat(19), (numbers, first, second) => {
        const digits = Array.from(makeCin(numbers));
        const [left = '', right = ''] = [digits[first], digits[second]];
        fc.pre(left !== right);
        digits[first] = right;
        digits[second] = left;
        expect(() => parseCin(digits.join(''))).toThrow(refusal);
      }),
    );
  });
});

describe('makeCin', () => {
  it('makes what parseCin, formatCin and cinParts read back', () => {
    fc.assert(
      fc.property(anyNumbers, (numbers) => {
        const cin = makeCin(numbers);
        expect(parseCin(cin)).toBe(cin);
        expect(parseCin(formatCin(cin))).toBe(cin);
        expect(cinParts(cin)).toMatchObject(numbers);
      }),
    );
  });

  const numbers = {
    country: '840',
    utility: '00195',
    aaa: '01',
    serviceIndex: '1',
    consumerNumber: '0000123',
  };

  it.each<[Partial<CinNumbers>, string]>([
    [{ country: '84' }, 'a short country'],
    [{ utility: '195' }, 'a short utility'],
    [{ country: '84', utility: '000195' }, 'lengths that only sum up'],
    [{ aaa: '1' }, 'a short AAA node'],
    [{ serviceIndex: '' }, 'no service index'],
    [{ consumerNumber: '123' }, 'a short consumer number'],
    [{ consumerNumber: '00001a3' }, 'a letter'],
  ])('refuses %j: %s', (change) => {
    expect(() => makeCin({ ...numbers, ...change })).toThrow(refusal);
  });

  it('writes groups for people', () => {
    expect(formatCin(makeCin(numbers))).toBe('840 00195 01 1 0000123 74');
  });
});
