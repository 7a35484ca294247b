import { HASH_LENGTH, hashFromHex, hashToHex, nodeHash, type Sha256 } from './hash.js';
import { levelAbove } from './tree.js';

/** That one leaf stands at one place of one tree; the wire form of a proof. */
export interface InclusionProof {
  /** of the leaf, from 0 */
  readonly index: number;
  /** leaves in the tree */
  readonly size: number;
  /** siblings from the leaf up to the root, each 64 lower-case hexadecimal digits */
  readonly path: readonly string[];
}

/** Trees beyond this are not built: one invoice has one leaf a charge. */
const GREATEST_SIZE = 2 ** 31 - 1;

export function assertIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError('no leaf stands at this index');
  }
}

/**
 * The siblings of the leaf at `index`, from the leaf up.
 *
 * @throws RangeError when there is no such leaf
 */
export function proveInclusion(
  leafHashes: readonly Uint8Array[],
  index: number,
  sha256: Sha256,
): InclusionProof {
  assertIndex(index, leafHashes.length);
  const path: string[] = [];
  let level = leafHashes;
  let position = index;
  while (level.length > 1) {
    const sibling = level[position ^ 1];
    if (sibling !== undefined) path.push(hashToHex(sibling));
    level = levelAbove(level, sha256);
    position >>>= 1;
  }
  return { index, size: leafHashes.length, path };
}

function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === HASH_LENGTH && left.every((byte, index) => byte === right[index]);
}

function sizeAndIndexFit(proof: InclusionProof): boolean {
  const { index, size } = proof;
  const sizeFits = Number.isInteger(size) && size >= 1 && size <= GREATEST_SIZE;
  return sizeFits && Number.isInteger(index) && index >= 0 && index < size;
}

/**
 * Whether `proof` leads from the leaf to the root, as RFC 9162 §2.1.3.2 checks it. A proof that is not
 * well formed proves nothing: the answer is `false`, never an error.
 */
export function verifyInclusion(
  proof: InclusionProof,
  leafHash: Uint8Array,
  root: Uint8Array,
  sha256: Sha256,
): boolean {
  if (!sizeAndIndexFit(proof) || leafHash.length !== HASH_LENGTH) return false;
  let position = proof.index;
  let lastPosition = proof.size - 1;
  let running = leafHash;
  for (const step of proof.path) {
    const sibling = hashFromHex(step);
    if (sibling === null || lastPosition === 0) return false;
    if (position % 2 === 1 || position === lastPosition) {
      running = nodeHash(sibling, running, sha256);
      // A last node without neighbour goes up unhashed until it stands on the right.
      while (position % 2 === 0 && position !== 0) {
        position >>>= 1;
        lastPosition >>>= 1;
      }
    } else {
      running = nodeHash(running, sibling, sha256);
    }
    position >>>= 1;
    lastPosition >>>= 1;
  }
  return lastPosition === 0 && sameHash(running, root);
}
