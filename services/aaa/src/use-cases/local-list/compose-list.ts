import type { Identity } from '@roamgrid/contracts';
import type { ListedIdentifier } from '../../local-list-ports.js';

export type ListProtocol = 'ocpp1.6' | 'ocpp2.0.1';

/** What a station's list has to become. */
export interface ListChange {
  /** the list is replaced; else changed from the version before */
  readonly isFull: boolean;
  readonly puts: readonly ListedIdentifier[];
  readonly removes: readonly Identity[];
}

/** OCPP: CiString20 and CiString36 */
const LONGEST_IDENTIFIER: Readonly<Record<ListProtocol, number>> = {
  'ocpp1.6': 20,
  'ocpp2.0.1': 36,
};

const TOKEN_TYPES: Readonly<Record<Identity['kind'], string>> = {
  cin: 'Central',
  uid: 'ISO14443',
  contractId: 'eMAID',
};

/** Whether a version of the protocol has room for the identifier. */
export function fits(protocol: ListProtocol, { value }: Identity): boolean {
  return value.length <= LONGEST_IDENTIFIER[protocol];
}

/** What was told and no longer holds, and what is new; all of it where the list is not known. */
export function changeOf(
  kept: Readonly<Record<string, string>> | null,
  desired: readonly ListedIdentifier[],
): { isFull: boolean; puts: ListedIdentifier[]; removedKeys: string[] } {
  if (kept === null) return { isFull: true, puts: [...desired], removedKeys: [] };
  const wanted = new Set(desired.map(({ identityKey }) => identityKey));
  return {
    isFull: false,
    puts: desired.filter(({ identityKey, expiresAt }) => kept[identityKey] !== expiresAt),
    removedKeys: Object.keys(kept).filter((key) => !wanted.has(key)),
  };
}

/**
 * The payload of a SendLocalList. In a differential list an entry without its info is taken off.
 *
 * Source: OCPP 1.6 §5.15, OCPP 2.0.1 part 2 D01.
 */
export function listPayload(protocol: ListProtocol, version: number, change: ListChange): string {
  const updateType = change.isFull ? 'Full' : 'Differential';
  const entries =
    protocol === 'ocpp1.6'
      ? [
          ...change.puts.map(({ identity, expiresAt }) => ({
            idTag: identity.value,
            idTagInfo: { status: 'Accepted', expiryDate: expiresAt },
          })),
          ...change.removes.map(({ value }) => ({ idTag: value })),
        ]
      : [
          ...change.puts.map(({ identity, expiresAt }) => ({
            idToken: tokenOf(identity),
            idTokenInfo: { status: 'Accepted', cacheExpiryDateTime: expiresAt },
          })),
          ...change.removes.map((identity) => ({ idToken: tokenOf(identity) })),
        ];
  return JSON.stringify({
    [protocol === 'ocpp1.6' ? 'listVersion' : 'versionNumber']: version,
    updateType,
    ...(entries.length === 0 ? {} : { localAuthorizationList: entries }),
  });
}

function tokenOf({ kind, value }: Identity): { idToken: string; type: string } {
  return { idToken: value, type: TOKEN_TYPES[kind] };
}
