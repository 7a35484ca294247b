import { assertIndex, proveInclusion, type InclusionProof } from './inclusion.js';
import type { Sha256 } from './hash.js';
import { merkleRoot } from './tree.js';

/** Leaves that were hashed together. */
export interface Batch {
  /** leaves in the batch */
  readonly size: number;
  readonly root: Uint8Array;
}

function assertPowerOfTwo(size: number): void {
  const isPower =
    Number.isInteger(size) && size >= 1 && size <= 2 ** 30 && (size & (size - 1)) === 0;
  if (!isPower) throw new RangeError('a batch size is a power of two');
}

/**
 * The leaves cut into runs of `batchSize`, the last one perhaps shorter.
 *
 * @throws RangeError when `batchSize` is not a power of two
 */
export function cutIntoBatches<Leaf>(leaves: readonly Leaf[], batchSize: number): Leaf[][] {
  assertPowerOfTwo(batchSize);
  const batches: Leaf[][] = [];
  for (let start = 0; start < leaves.length; start += batchSize) {
    batches.push(leaves.slice(start, start + batchSize));
  }
  return batches;
}

/**
 * The root of all leaves from the roots of their batches. All batches but the last hold the same power of
 * two; then the batches are whole subtrees of the RFC 6962 tree, and this root is that tree's root.
 *
 * @throws RangeError when the batches are not aligned so
 */
export function rootOverBatches(batches: readonly Batch[], sha256: Sha256): Uint8Array {
  const batchSize = batches[0]?.size ?? 1;
  if (batches.length > 1) assertPowerOfTwo(batchSize);
  const aligned = batches.every(({ size }, index) => {
    const isLast = index === batches.length - 1;
    return size >= 1 && (size === batchSize || (isLast && size < batchSize));
  });
  if (!aligned) throw new RangeError('batches hold the same power of two, the last at most it');
  return merkleRoot(
    batches.map((batch) => batch.root),
    sha256,
  );
}

/** What is needed to prove one leaf when only its own batch is at hand. */
export interface BatchedLeaf {
  /** of the leaf in the whole tree, from 0 */
  readonly index: number;
  /** leaves in the whole tree */
  readonly size: number;
  /** leaves in every batch but the last; a power of two */
  readonly batchSize: number;
  /** leaf hashes of the batch that holds the leaf */
  readonly batchLeafHashes: readonly Uint8Array[];
  /** roots of all batches in order */
  readonly batchRoots: readonly Uint8Array[];
}

/**
 * The same proof that `proveInclusion` gives over all leaves, from one batch and the roots of all.
 *
 * @throws RangeError when the index, the sizes and the number of batches do not belong together
 */
export function proveInclusionInBatches(leaf: BatchedLeaf, sha256: Sha256): InclusionProof {
  const { index, size, batchSize, batchLeafHashes, batchRoots } = leaf;
  assertPowerOfTwo(batchSize);
  assertIndex(index, size);
  const indexInBatch = index % batchSize;
  // positions in a tree, no figures: merkle sees no kernel
  /* eslint-disable no-restricted-syntax -- exact: index − indexInBatch is a multiple of batchSize */
  const batchIndex = (index - indexInBatch) / batchSize;
  const leavesInBatch = Math.min(batchSize, size - batchIndex * batchSize);
  const batchCount = Math.ceil(size / batchSize);
  /* eslint-enable no-restricted-syntax */
  if (batchLeafHashes.length !== leavesInBatch || batchRoots.length !== batchCount) {
    throw new RangeError('the batch is not the one that holds the leaf');
  }
  const inside = proveInclusion(batchLeafHashes, indexInBatch, sha256);
  const above = proveInclusion(batchRoots, batchIndex, sha256);
  return { index, size, path: [...inside.path, ...above.path] };
}
