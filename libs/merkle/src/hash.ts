/** SHA-256 (FIPS 180-4), given by the caller: this library runs where no one crypto module is. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Bytes of one hash. */
export const HASH_LENGTH = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** SHA-256(0x00 ‖ data). The prefix keeps a leaf from ever passing for a node (RFC 6962 §2.1). */
export function leafHash(data: Uint8Array, sha256: Sha256): Uint8Array {
  const prefixed = new Uint8Array(data.length + 1);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(data, 1);
  return sha256(prefixed);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  const joined = new Uint8Array(left.length + right.length + 1);
  joined[0] = NODE_PREFIX;
  joined.set(left, 1);
  joined.set(right, left.length + 1);
  return sha256(joined);
}

/** Lower-case hexadecimal. */
export function hashToHex(hash: Uint8Array): string {
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The hash that 64 lower-case hexadecimal digits spell; anything else is `null`. */
export function hashFromHex(text: string): Uint8Array | null {
  if (!/^[0-9a-f]{64}$/.test(text)) return null;
  return Uint8Array.from({ length: HASH_LENGTH }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

/** The hash that 64 lower-case hexadecimal digits spell. @throws RangeError for anything else */
export function requireHashFromHex(text: string): Uint8Array {
  const hash = hashFromHex(text);
  if (hash === null) throw new RangeError('a hash is 64 lower-case hexadecimal digits');
  return hash;
}
