import { hashFromHex, leafHash, nodeHash } from '../src/hash.js';
import { sha256 } from './sha256.js';

/** Leaves that Certificate Transparency implementations have in common as test data. */
export const REFERENCE_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Uint8Array.from(Buffer.from(hex, 'hex')), sha256));

/** Roots over the first 0, 1, … 8 of them. */
export const REFERENCE_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH as RFC 6962 §2.1 defines it, by recursion; slow, and written apart from the code under test. */
export function rootByDefinition(leafHashes: readonly Uint8Array[]): Uint8Array {
  if (leafHashes.length === 0) return sha256(new Uint8Array(0));
  if (leafHashes.length === 1) return leafHashes[0] ?? new Uint8Array(0);
  const split = splitOf(leafHashes.length);
  return nodeHash(
    rootByDefinition(leafHashes.slice(0, split)),
    rootByDefinition(leafHashes.slice(split)),
    sha256,
  );
}

/** PATH as RFC 6962 §2.1.1 defines it, by recursion. */
export function pathByDefinition(index: number, leafHashes: readonly Uint8Array[]): Uint8Array[] {
  if (leafHashes.length <= 1) return [];
  const split = splitOf(leafHashes.length);
  const [left, right] = [leafHashes.slice(0, split), leafHashes.slice(split)];
  return index < split
    ? [...pathByDefinition(index, left), rootByDefinition(right)]
    : [...pathByDefinition(index - split, right), rootByDefinition(left)];
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** `count` leaf hashes that differ. */
export function someLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    leafHash(Uint8Array.of(index & 255, (index >> 8) & 255), sha256),
  );
}

/** The hash a hexadecimal text spells, or an empty one. */
export function hex(text: string | undefined): Uint8Array {
  return hashFromHex(text ?? '') ?? new Uint8Array(0);
}
