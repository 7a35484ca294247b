/**
 * All that the contract takes from the pure libraries, in one module: `scripts/bundle.mjs` replaces its
 * compiled form by one file that stands alone, because a chaincode package carries no workspace.
 */
export { canonicalBytes } from '@roamgrid/documents';
export {
  formatInstant,
  parseEnergyKwh,
  parseMoney,
  parseUtilitySlug,
  RoamgridError,
} from '@roamgrid/kernel';
export { hashFromHex, hashToHex, merkleRoot } from '@roamgrid/merkle';
