import {
  cinPrefix,
  parseCin,
  parseContractId,
  providerPart,
  type Cin,
  type ContractId,
} from '@roamgrid/cin';
import type { Identity, swipeIdentity } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Registry } from '@roamgrid/platform';
import type { z } from 'zod';

export type SwipeIdentity = z.infer<typeof swipeIdentity>;

const MALFORMED: SwipeIdentity = { outcome: 'malformed' };
const CARD_UID = /^(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/;
/** ISO/IEC 14443-3: a single-size UID that begins with 08 is drawn at random for each reading. */
const RANDOM_UID = /^08[0-9A-F]{6}$/;
/** What is made of digits and separators only, and is too long for a decimal-looking UID, means a CIN. */
const MEANT_AS_CIN = /^[0-9][0-9 -]{14,}$/;

function read(identity: Identity, homeUtility: string | null): SwipeIdentity {
  return { outcome: 'read', identity, homeUtility };
}

function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RoamgridError) return null;
    throw error;
  }
}

/** A CIN with its home, or `malformed`. */
export function readCin(text: string, registry: Registry): SwipeIdentity {
  const cin = orNull<Cin>(() => parseCin(text));
  if (cin === null) return MALFORMED;
  return read({ kind: 'cin', value: cin }, registry.utilityOfCinPrefix(cinPrefix(cin)));
}

/** An ISO 15118 contract id with its home, or `malformed`. */
export function readContractId(text: string, registry: Registry): SwipeIdentity {
  const contractId = orNull<ContractId>(() => parseContractId(text));
  if (contractId === null) return MALFORMED;
  return read(
    { kind: 'contractId', value: contractId },
    registry.utilityOfContractProvider(providerPart(contractId)),
  );
}

/**
 * What a station read from a card or a key pad, whatever it calls it: a CIN, the contract id of a provider
 * of the consortium, or a card's UID (whose home only the token directory knows).
 */
export function readToken(text: string, registry: Registry): SwipeIdentity {
  if (MEANT_AS_CIN.test(text)) return readCin(text, registry);
  const contract = readContractId(text, registry);
  if (contract.outcome === 'read' && contract.homeUtility !== null) return contract;
  const uid = text.replace(/[: -]/g, '').toUpperCase();
  // a card that draws another number each time it is read names nobody
  if (RANDOM_UID.test(uid)) return MALFORMED;
  if (CARD_UID.test(uid)) return read({ kind: 'uid', value: uid }, null);
  return contract;
}
