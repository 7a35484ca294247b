import { documentHash } from '@roamgrid/documents';
import { sha256 } from '@roamgrid/platform';

/**
 * How a mandate names the version of the contract that it was issued under. The contract's own hash would be the
 * same at every visited utility, and so tell them whose records belong together; with the pseudonym of the pair it
 * tells nothing until home shows the contract.
 */
export function contractBinding(contractHash: string, pseudonym: string): string {
  return documentHash({ contractHash, pseudonym }, sha256);
}
