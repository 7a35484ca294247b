/**
 * RFC 6962 Merkle trees and inclusion proofs (RFC 9162), also over aligned batches. Sees nothing else. Pure.
 */
export {
  HASH_LENGTH,
  hashFromHex,
  hashToHex,
  leafHash,
  nodeHash,
  requireHashFromHex,
  type Sha256,
} from './hash.js';
export { merkleRoot } from './tree.js';
export { proveInclusion, verifyInclusion, type InclusionProof } from './inclusion.js';
export {
  cutIntoBatches,
  proveInclusionInBatches,
  rootOverBatches,
  type Batch,
  type BatchedLeaf,
} from './batches.js';
