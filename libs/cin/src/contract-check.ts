import { RoamgridError } from '@roamgrid/kernel';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

type Row = readonly [number, number];
type Matrix = readonly [number, number, number, number];

/** Powers 0, 1, 2 of the matrix over GF(2) that weighs a character by its position. */
const BINARY_POWERS: readonly Matrix[] = [
  [1, 0, 0, 1],
  [0, 1, 1, 1],
  [1, 1, 1, 0],
];

/** Powers 0 to 7 of the matrix over GF(3). */
const TERNARY_POWERS: readonly Matrix[] = [
  [1, 0, 0, 1],
  [0, 1, 1, 2],
  [1, 2, 2, 2],
  [2, 2, 2, 0],
  [2, 0, 0, 2],
  [0, 2, 2, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 0],
];

/** Takes the ternary sum to the check character: the negated inverse of power 15. */
const TERNARY_CLOSING: Matrix = [0, 2, 2, 1];

function timesMatrix([a, b]: Row, [w, x, y, z]: Matrix): Row {
  return [a * w + b * y, a * x + b * z];
}

function power(powers: readonly Matrix[], exponent: number): Matrix {
  const matrix = powers[exponent % powers.length];
  if (matrix === undefined) throw new RangeError('no such power');
  return matrix;
}

function indexOf(character: string): number {
  const index = ALPHABET.indexOf(character);
  if (index < 0) throw new RoamgridError('invalid_contract_id', 'letters A-Z and digits only');
  return index;
}

function addModulo(left: Row, right: Row, modulus: number): Row {
  return [(left[0] + right[0]) % modulus, (left[1] + right[1]) % modulus];
}

/** A character's index as two binary and two ternary digits: 18·q1 + 9·q2 + 3·r1 + r2. */
function digitsOf(index: number): { binary: Row; ternary: Row } {
  return {
    binary: [Math.floor(index / 18), Math.floor(index / 9) % 2],
    ternary: [Math.floor(index / 3) % 3, index % 3],
  };
}

/**
 * The check character of an ISO 15118 / eMI3 contract id over its fourteen characters `[0-9A-Z]`.
 * It catches every single wrong character and every transposition of two neighbours.
 *
 * @throws RoamgridError `invalid_contract_id`
 */
export function isoCheckCharacter(fourteen: string): string {
  if (fourteen.length !== 14) {
    throw new RoamgridError('invalid_contract_id', 'the check is taken over fourteen characters');
  }
  let binary: Row = [0, 0];
  let ternary: Row = [0, 0];
  Array.from(fourteen).forEach((character, offset) => {
    const digits = digitsOf(indexOf(character));
    const position = offset + 1;
    binary = addModulo(binary, timesMatrix(digits.binary, power(BINARY_POWERS, position)), 2);
    ternary = addModulo(ternary, timesMatrix(digits.ternary, power(TERNARY_POWERS, position)), 3);
  });
  const closed = addModulo(timesMatrix(ternary, TERNARY_CLOSING), [0, 0], 3);
  return ALPHABET.charAt(18 * binary[0] + 9 * binary[1] + 3 * closed[0] + closed[1]);
}

/**
 * The check character of a DIN SPEC 91286 contract id over its eleven characters: a digit or `X`.
 * A letter counts as the two digits of its value 10 to 35, each digit with the next power of two.
 *
 * @throws RoamgridError `invalid_contract_id`
 */
export function dinCheckCharacter(eleven: string): string {
  if (eleven.length !== 11) {
    throw new RoamgridError('invalid_contract_id', 'the check is taken over eleven characters');
  }
  const digits = Array.from(eleven).flatMap((character) => {
    const value = indexOf(character);
    return value < 10 ? [value] : [Math.floor(value / 10), value % 10];
  });
  const sum = digits.reduce((total, digit, exponent) => total + digit * 2 ** exponent, 0);
  const check = sum % 11;
  return check === 10 ? 'X' : String(check);
}
