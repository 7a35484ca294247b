import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cutIntoBatches,
  proveInclusionInBatches,
  rootOverBatches,
  type Batch,
} from '../src/batches.js';
import { proveInclusion } from '../src/inclusion.js';
import { merkleRoot } from '../src/tree.js';
import { someLeaves } from './rfc6962.js';
import { sha256 } from './sha256.js';

const LEAVES = someLeaves(100);

function batchesOf(leaves: readonly Uint8Array[], batchSize: number): Batch[] {
  return cutIntoBatches(leaves, batchSize).map((batch) => ({
    size: batch.length,
    root: merkleRoot(batch, sha256),
  }));
}

describe('aligned batches', () => {
  it('have the root of all their leaves', () => {
    fc.assert(
      fc.property(
        fc.nat(LEAVES.length),
        fc.constantFrom(1, 2, 4, 8, 16, 128),
        (count, batchSize) => {
          const leaves = LEAVES.slice(0, count);
          expect(rootOverBatches(batchesOf(leaves, batchSize), sha256)).toEqual(
            merkleRoot(leaves, sha256),
          );
        },
      ),
    );
  });

  it('give the same proofs as all their leaves', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: LEAVES.length })
          .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1))),
        fc.constantFrom(1, 2, 4, 8, 16, 128),
        ([size, index], batchSize) => {
          const leaves = LEAVES.slice(0, size);
          const batches = cutIntoBatches(leaves, batchSize);
          const proof = proveInclusionInBatches(
            {
              index,
              size,
              batchSize,
              batchLeafHashes: batches[Math.floor(index / batchSize)] ?? [],
              batchRoots: batches.map((batch) => merkleRoot(batch, sha256)),
            },
            sha256,
          );
          expect(proof).toEqual(proveInclusion(leaves, index, sha256));
        },
      ),
    );
  });

  it.each<[number[], string]>([
    [[4, 3, 4], 'a short one in the middle'],
    [[3, 3], 'no power of two'],
    [[4, 8], 'a longer one at the end'],
    [[4, 0], 'an empty one'],
    [[0], 'nothing but an empty one'],
    [[2, 4, 4], 'different sizes'],
  ])('are not %j: %s', (sizes) => {
    const root = sha256(new Uint8Array(0));
    const batches = sizes.map((size) => ({ size, root }));
    expect(() => rootOverBatches(batches, sha256)).toThrow(RangeError);
  });

  it.each([0, 3, -4, 1.5, 2 ** 31])('have no size of %d', (batchSize) => {
    expect(() => cutIntoBatches(LEAVES, batchSize)).toThrow(RangeError);
  });

  it('a batch that does not hold the leaf proves nothing', () => {
    const leaf = { index: 5, size: 10, batchSize: 4, batchRoots: LEAVES.slice(0, 3) };
    const prove = (batchLeafHashes: Uint8Array[], size = 10): unknown =>
      proveInclusionInBatches({ ...leaf, size, batchLeafHashes }, sha256);
    expect(() => prove(LEAVES.slice(4, 7))).toThrow(RangeError);
    expect(() => prove(LEAVES.slice(4, 8), 13)).toThrow(RangeError);
    expect(() => prove(LEAVES.slice(4, 8), 5)).toThrow(RangeError);
  });
});
