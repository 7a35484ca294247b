import { nodeHash, type Sha256 } from './hash.js';

/**
 * The next level up: neighbours are joined, a last one without neighbour goes up as it is. This gives the
 * tree of RFC 6962 §2.1, whose left part is always the largest power of two.
 */
export function levelAbove(level: readonly Uint8Array[], sha256: Sha256): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left === undefined) break;
    above.push(right === undefined ? left : nodeHash(left, right, sha256));
  }
  return above;
}

/**
 * The Merkle tree hash of RFC 6962 §2.1.
 *
 * @param leafHashes hashes made by `leafHash`, in order; none gives SHA-256 of the empty string
 */
export function merkleRoot(leafHashes: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  let level = leafHashes;
  while (level.length > 1) level = levelAbove(level, sha256);
  return level[0] ?? sha256(new Uint8Array(0));
}
