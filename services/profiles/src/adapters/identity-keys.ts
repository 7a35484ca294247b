import type { Identity } from '@roamgrid/contracts';
import { keyedHash } from '@roamgrid/platform';

/** What a CIN, contract id or card UID is stored as: a keyed hash, so that a copy of the table names nobody. */
export function identityKey(secret: Uint8Array, identity: Identity): string {
  return keyedHash(secret, `${identity.kind}:${identity.value}`);
}
