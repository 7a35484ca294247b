import type { Identity } from '@roamgrid/contracts';
import { keyedHash } from '@roamgrid/platform';

/** The key that home makes for one visited utility: another one reads nothing in its directory. */
export function directoryKey(secret: Uint8Array, visitedUtility: string): string {
  return keyedHash(secret, `token directory for ${visitedUtility}`);
}

/** A token under a pair's key. */
export function tokenHash(pairKey: string, { kind, value }: Identity): string {
  return keyedHash(new Uint8Array(Buffer.from(pairKey, 'hex')), `${kind}:${value}`);
}
