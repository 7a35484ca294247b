import { RoamgridError, type Branded } from '@roamgrid/kernel';
import { dinCheckCharacter, isoCheckCharacter } from './contract-check.js';

/**
 * An ISO 15118 contract id (eMAID) in the one form that is compared and stored: fourteen characters
 * `[0-9A-Z]`, country (2), provider (3), instance (9); no separators, no check character.
 */
export type ContractId = Branded<string, 'ContractId'>;

/** Country and provider of a {@link ContractId}: five characters, the key of routing. */
export type ProviderId = Branded<string, 'ProviderId'>;

const ISO_FORM = /^([A-Z]{2})(-?)([A-Z0-9]{3})\2([A-Z0-9]{9})(?:\2([A-Z0-9]))?$/;
const DIN_FORM = /^([A-Z]{2})([-*]?)([A-Z0-9]{3})\2([A-Z0-9]{6})(?:\2([0-9X]))?$/;
const ASCII_ONLY = /^[A-Za-z0-9*-]{11,18}$/;

function assertCheck(given: string | undefined, expected: string): void {
  if (given !== undefined && given !== expected) {
    throw new RoamgridError('invalid_contract_id', 'the check character does not fit');
  }
}

/**
 * Reads a contract id in the ISO 15118 / eMI3 form (14 or 15 characters, `-` at all places or none) or in
 * the DIN SPEC 91286 form (11 or 12 characters, `-` or `*`), in either case. A check character is verified
 * where it is present. A DIN id becomes the eMI3 id that stands for it: instance `C0`, its six characters
 * and its own check digit.
 *
 * @throws RoamgridError `invalid_contract_id`
 */
export function parseContractId(text: string): ContractId {
  // Upper-casing turns some letters beyond ASCII into ASCII ones, so what is not ASCII goes first.
  const upper = ASCII_ONLY.test(text) ? text.toUpperCase() : '';
  const iso = ISO_FORM.exec(upper);
  if (iso !== null) {
    const [, country = '', , provider = '', instance = '', check] = iso;
    const canonical = country + provider + instance;
    assertCheck(check, isoCheckCharacter(canonical));
    return canonical as ContractId;
  }
  const din = DIN_FORM.exec(upper);
  if (din !== null) {
    const [, country = '', , provider = '', instance = '', check] = din;
    const expected = dinCheckCharacter(country + provider + instance);
    assertCheck(check, expected);
    return `${country}${provider}C0${instance}${expected}` as ContractId;
  }
  throw new RoamgridError('invalid_contract_id', 'not of the form of a contract id');
}

/** Country and provider, the first five characters. */
export function providerPart(contractId: ContractId): ProviderId {
  return contractId.slice(0, 5) as ProviderId;
}

/** For people, with separators and check character: `"NN-123-ABCDEFGHI-T"`. */
export function formatContractId(contractId: ContractId): string {
  const parts = [contractId.slice(0, 2), contractId.slice(2, 5), contractId.slice(5)];
  return [...parts, isoCheckCharacter(contractId)].join('-');
}
