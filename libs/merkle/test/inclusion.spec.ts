import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashToHex } from '../src/hash.js';
import { proveInclusion, verifyInclusion, type InclusionProof } from '../src/inclusion.js';
import { merkleRoot } from '../src/tree.js';
import { hex, pathByDefinition, REFERENCE_LEAVES, REFERENCE_ROOTS, someLeaves } from './rfc6962.js';
import { sha256 } from './sha256.js';

const LEAVES = someLeaves(40);

interface Case {
  readonly proof: InclusionProof;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
}

function caseOf(size: number, index: number): Case {
  const leaves = LEAVES.slice(0, size);
  const leaf = leaves[index] ?? new Uint8Array(0);
  return { proof: proveInclusion(leaves, index, sha256), leaf, root: merkleRoot(leaves, sha256) };
}

const holds = ({ proof, leaf, root }: Case): boolean => verifyInclusion(proof, leaf, root, sha256);

const anyCase = fc
  .integer({ min: 1, max: LEAVES.length })
  .chain((size) => fc.nat(size - 1).map((index) => caseOf(size, index)));

describe('inclusion proofs', () => {
  it.each([
    // size, index, length of the path
    [1, 0, 0],
    [2, 1, 1],
    [3, 2, 1],
    [5, 4, 1],
    [7, 6, 2],
    [8, 3, 3],
  ])('in %i reference leaves, leaf %i has a path of %i', (size, index, length) => {
    const proof = proveInclusion(REFERENCE_LEAVES.slice(0, size), index, sha256);
    expect(proof).toMatchObject({ index, size });
    expect(proof.path).toHaveLength(length);
    const leaf = REFERENCE_LEAVES[index] ?? new Uint8Array(0);
    expect(verifyInclusion(proof, leaf, hex(REFERENCE_ROOTS[size]), sha256)).toBe(true);
  });

  it('are those of the definition, for every size up to 40', () => {
    for (let size = 1; size <= LEAVES.length; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const leaves = LEAVES.slice(0, size);
        const path = pathByDefinition(index, leaves).map(hashToHex);
        expect(proveInclusion(leaves, index, sha256)).toEqual({ index, size, path });
        expect(holds(caseOf(size, index))).toBe(true);
      }
    }
  });

  it.each([-1, 5, 0.5, Number.NaN])('there is none for index %d of 5', (index) => {
    expect(() => proveInclusion(LEAVES.slice(0, 5), index, sha256)).toThrow(RangeError);
  });

  it('fail for another leaf, another root, and any other step', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (proven, seed) => {
        const other = sha256(Uint8Array.of(seed & 255));
        expect(holds({ ...proven, leaf: other })).toBe(false);
        expect(holds({ ...proven, root: other })).toBe(false);
        const { path } = proven.proof;
        fc.pre(path.length > 0);
        const place = seed % path.length;
        const changed = path.map((step, at) => (at === place ? hashToHex(other) : step));
        expect(holds({ ...proven, proof: { ...proven.proof, path: changed } })).toBe(false);
      }),
    );
  });

  it('fail at any other index of the same tree', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(LEAVES.length), (proven, index) => {
        fc.pre(index !== proven.proof.index);
        expect(holds({ ...proven, proof: { ...proven.proof, index } })).toBe(false);
      }),
    );
  });

  it('fail with a path cut short, one step too long, or misspelled', () => {
    const proven = caseOf(8, 3);
    const { path } = proven.proof;
    const withPath = (changed: string[]): boolean =>
      holds({ ...proven, proof: { ...proven.proof, path: changed } });
    expect(withPath([...path])).toBe(true);
    expect(withPath(path.slice(1))).toBe(false);
    expect(withPath(path.slice(0, -1))).toBe(false);
    expect(withPath([...path, hashToHex(proven.root)])).toBe(false);
    expect(withPath(path.map((step) => step.toUpperCase()))).toBe(false);
    expect(withPath(path.map((step) => `${step}00`))).toBe(false);
  });

  it.each([
    [0, 0],
    [-1, 8],
    [8, 8],
    [3, 0],
    [3, -8],
    [3.5, 8],
    [3, 8.5],
    [3, 2 ** 32 + 8],
    [3, Number.NaN],
    [3, Number.POSITIVE_INFINITY],
  ])('fail with index %d of size %d', (index, size) => {
    const proven = caseOf(8, 3);
    expect(holds({ ...proven, proof: { ...proven.proof, index, size } })).toBe(false);
  });

  it('fail for what is no hash at all', () => {
    const nothing = new Uint8Array(0);
    expect(verifyInclusion({ index: 0, size: 1, path: [] }, nothing, nothing, sha256)).toBe(false);
  });
});
