import { RoamgridError, type Branded } from '@roamgrid/kernel';
import { checkDigitsOf } from './check-digits.js';

/** A consumer identity number: twenty ASCII digits without separators, check digits right. */
export type Cin = Branded<string, 'Cin'>;

/** What finds the home utility's AAA node: the first ten digits of a {@link Cin}. */
export type CinPrefix = Branded<string, 'CinPrefix'>;

/** The parts of a CIN that its issuer chooses; each holds digits only, of the length named. */
export interface CinNumbers {
  /** ISO 3166-1 numeric, 3 digits */
  readonly country: string;
  /** as registered with the consortium, 5 digits */
  readonly utility: string;
  /** AAA node of the home utility, 2 digits */
  readonly aaa: string;
  /** meaning known to the home utility only, 1 digit */
  readonly serviceIndex: string;
  /** 7 digits */
  readonly consumerNumber: string;
}

export interface CinParts extends CinNumbers {
  /** ISO/IEC 7064 MOD 97-10 over the eighteen digits before, 2 digits */
  readonly check: string;
}

const SPELLED_CIN = /^[0-9](?:[ -]{0,3}[0-9]){19}$/;
const CIN_LAYOUT = /^([0-9]{3})([0-9]{5})([0-9]{2})([0-9])([0-9]{7})([0-9]{2})$/;
const PREFIX_LENGTH = 10;
const CHECK_LENGTH = 2;

/**
 * Reads a CIN as people type and print it: twenty ASCII digits, spaces or hyphens between them.
 *
 * @throws RoamgridError `invalid_cin`; the detail says what is wrong and never repeats the number
 */
export function parseCin(text: string): Cin {
  if (!SPELLED_CIN.test(text)) {
    throw new RoamgridError('invalid_cin', 'a CIN has twenty digits and nothing else');
  }
  const digits = text.replace(/[ -]/g, '');
  if (checkDigitsOf(digits.slice(0, -CHECK_LENGTH)) !== digits.slice(-CHECK_LENGTH)) {
    throw new RoamgridError('invalid_cin', 'the check digits do not fit');
  }
  return digits as Cin;
}

/** Makes a CIN by adding the check digits. @throws RoamgridError `invalid_cin` for a part of wrong length */
export function makeCin(numbers: CinNumbers): Cin {
  const { country, utility, aaa, serviceIndex, consumerNumber } = numbers;
  const lengthsFit =
    country.length === 3 && utility.length === 5 && aaa.length === 2 && serviceIndex.length === 1;
  if (!lengthsFit) throw new RoamgridError('invalid_cin', 'a part of the CIN has a wrong length');
  const payload = country + utility + aaa + serviceIndex + consumerNumber;
  return (payload + checkDigitsOf(payload)) as Cin;
}

export function cinParts(cin: Cin): CinParts {
  const match = CIN_LAYOUT.exec(cin);
  if (match === null) throw new RoamgridError('invalid_cin', 'a CIN has twenty digits');
  const [, country = '', utility = '', aaa = '', serviceIndex = '', consumerNumber = ''] = match;
  return { country, utility, aaa, serviceIndex, consumerNumber, check: cin.slice(-CHECK_LENGTH) };
}

/** The first ten digits: country, utility and AAA node. The only part a router reads. */
export function cinPrefix(cin: Cin): CinPrefix {
  return cin.slice(0, PREFIX_LENGTH) as CinPrefix;
}

/** For people: `"840 00195 01 1 0000123 74"`. */
export function formatCin(cin: Cin): string {
  const { country, utility, aaa, serviceIndex, consumerNumber, check } = cinParts(cin);
  return [country, utility, aaa, serviceIndex, consumerNumber, check].join(' ');
}

/** For screens and logs: the public prefix and the last two digits, `"8400019501••••••••74"`. */
export function maskCin(cin: Cin): string {
  const hidden = cin.length - PREFIX_LENGTH - CHECK_LENGTH;
  return cin.slice(0, PREFIX_LENGTH) + '•'.repeat(hidden) + cin.slice(-CHECK_LENGTH);
}
