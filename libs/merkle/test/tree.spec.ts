import { describe, expect, it } from '@jest/globals';
import { hashToHex } from '../src/hash.js';
import { merkleRoot } from '../src/tree.js';
import { REFERENCE_LEAVES, REFERENCE_ROOTS, rootByDefinition, someLeaves } from './rfc6962.js';
import { sha256 } from './sha256.js';

describe('merkleRoot', () => {
  it.each(REFERENCE_ROOTS.map((root, size) => [size, root] as const))(
    'over the first %i reference leaves is %s',
    (size, root) => {
      expect(hashToHex(merkleRoot(REFERENCE_LEAVES.slice(0, size), sha256))).toBe(root);
    },
  );

  it('is the root that the definition gives, for every size up to 70', () => {
    const leaves = someLeaves(70);
    for (let size = 0; size <= leaves.length; size += 1) {
      const first = leaves.slice(0, size);
      expect(hashToHex(merkleRoot(first, sha256))).toBe(hashToHex(rootByDefinition(first)));
    }
  });

  it('changes with the order of the leaves', () => {
    const leaves = someLeaves(5);
    expect(merkleRoot([...leaves].reverse(), sha256)).not.toEqual(merkleRoot(leaves, sha256));
  });
});
