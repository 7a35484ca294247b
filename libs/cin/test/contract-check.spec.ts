import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dinCheckCharacter, isoCheckCharacter } from '../src/contract-check.js';

describe('isoCheckCharacter', () => {
  it.each([
    ['NN123ABCDEFGHI', 'T'],
    ['FRXYZ123456789', '2'],
    ['DE8AA001234567', '0'],
    ['NLTNM000122045', 'U'],
    ['NLTNMC00122045', 'K'],
    ['DE8AACA2B3C4D5', 'L'],
    ['USHUNC00000001', 'O'],
    ['USVUNC00000042', '0'],
    ['DEABCC12345678', '8'],
    ['FRENGC00A1B2C3', 'G'],
    ['GBEDFC99999999', 'E'],
  ])('%s has %s', (fourteen, check) => {
    expect(isoCheckCharacter(fourteen)).toBe(check);
  });

  const anyFourteen = fc.stringMatching(/^[0-9A-Z]{14}$/);

  it('changes with every single character', () => {
    fc.assert(
      fc.property(
        anyFourteen,
        fc.nat(13),
        fc.stringMatching(/^[0-9A-Z]$/),
        (text, place, other) => {
          fc.pre(text.charAt(place) !== other);
          const changed = text.slice(0, place) + other + text.slice(place + 1);
          expect(isoCheckCharacter(changed)).not.toBe(isoCheckCharacter(text));
        },
      ),
    );
  });

  it('changes with every transposition of two neighbours', () => {
    fc.assert(
      fc.property(anyFourteen, fc.nat(12), (text, place) => {
        const [left, right] = [text.charAt(place), text.charAt(place + 1)];
        fc.pre(left !== right);
        const changed = text.slice(0, place) + right + left + text.slice(place + 2);
        expect(isoCheckCharacter(changed)).not.toBe(isoCheckCharacter(text));
      }),
    );
  });

  it.each(['', 'NN123ABCDEFGH', 'NN123ABCDEFGHIJ', 'nn123abcdefghi', 'NN123ABCDEFGH-'])(
    'refuses %j',
    (text) => {
      expect(() => isoCheckCharacter(text)).toThrow(
        expect.objectContaining({ code: 'invalid_contract_id' }),
      );
    },
  );
});

describe('dinCheckCharacter', () => {
  it.each([
    ['NLTNM012204', '5'],
    ['NLTNM122045', '0'],
    ['DE8AA123A56', '5'],
  ])('%s has %s', (eleven, check) => {
    expect(dinCheckCharacter(eleven)).toBe(check);
  });

  it('is a digit or X, and both occur', () => {
    const seen = new Set(
      Array.from({ length: 200 }, (_, number) =>
        dinCheckCharacter(`NLTNM${String(number).padStart(6, '0')}`),
      ),
    );
    expect([...seen].sort().join('')).toBe('0123456789X');
  });

  it.each(['', 'NLTNM01220', 'NLTNM0122045', 'NLTNM01220é'])('refuses %j', (text) => {
    expect(() => dinCheckCharacter(text)).toThrow(
      expect.objectContaining({ code: 'invalid_contract_id' }),
    );
  });
});
